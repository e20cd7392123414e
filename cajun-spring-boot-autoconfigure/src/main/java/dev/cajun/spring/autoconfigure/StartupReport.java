package dev.cajun.spring.autoconfigure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.cajun.node.ActorTypeInfo;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.NodeInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.ClassUtils;

/** What the log says about a node when it starts: one table, and what looks wrong. */
final class StartupReport {

	private static final Logger logger = LoggerFactory.getLogger("dev.cajun.spring.Node");

	private final ActorBeans actors;

	private final Collection<String> configuredTypes;

	private final ClusterManagement management;

	StartupReport(ActorBeans actors, Collection<String> configuredTypes, ClusterManagement management) {
		this.actors = actors;
		this.configuredTypes = configuredTypes;
		this.management = management;
	}

	/** Names what is legal and probably a mistake. */
	void warn() {
		Set<String> types = new TreeSet<>(this.management.types().stream().map(ActorTypeInfo::type).toList());
		for (String configured : this.configuredTypes) {
			if (types.stream().noneMatch((type) -> ActorTypeSettings.sameType(type, configured))) {
				logger.warn("'cajun.actors.{}' names no actor type and has no effect. {}", configured,
						nearest(configured, types));
			}
		}
		for (ActorBean actor : this.actors.all()) {
			List<String> fields = actor.nonFinalFields();
			if (!fields.isEmpty()) {
				logger.warn(
						"Actor type '{}': {} has fields that are not final: {}. One bean serves every actor of "
								+ "the type, on many threads; what belongs to one actor goes into its state",
						actor.type(), actor.describe(), String.join(", ", fields));
			}
		}
	}

	private static String nearest(String configured, Set<String> types) {
		if (types.isEmpty()) {
			return "There are no actor types";
		}
		String nearest = types.stream()
			.min((one, other) -> Integer.compare(distance(configured, one), distance(configured, other)))
			.orElseThrow();
		return "The nearest type is '" + nearest + "'";
	}

	/** The edit distance (Levenshtein, 1965), row by row. */
	static int distance(String from, String to) {
		int[] row = new int[to.length() + 1];
		for (int j = 0; j < row.length; j++) {
			row[j] = j;
		}
		for (int i = 1; i <= from.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j < row.length; j++) {
				int substitution = diagonal + ((from.charAt(i - 1) == to.charAt(j - 1)) ? 0 : 1);
				diagonal = row[j];
				row[j] = Math.min(substitution, Math.min(row[j], row[j - 1]) + 1);
			}
		}
		return row[to.length()];
	}

	/** Says once what this node is and what runs on it. */
	void log() {
		if (logger.isInfoEnabled()) {
			NodeInfo node = this.management.node();
			logger.info("Node {} of cluster '{}' is {} (mode {}, store {}, {} shards, epoch {}){}", node.node(),
					node.cluster(), node.state(), node.mode(), node.store(), node.shards(), node.epoch(), table());
		}
	}

	private String table() {
		List<ActorTypeInfo> types = this.management.types();
		if (types.isEmpty()) {
			return "; no actor types: no bean carries @Actor";
		}
		List<List<String>> rows = new ArrayList<>();
		rows.add(List.of("type", "handler", "state", "persistence", "messages"));
		for (ActorTypeInfo type : types) {
			rows.add(List.of(type.type(), simpleName(type),
					ClassUtils.getShortName(type.state()) + (type.mutableState() ? " (mutable)" : " (immutable)"),
					type.persistence(), String.join(", ", type.messages())));
		}
		StringBuilder table = new StringBuilder();
		for (List<String> row : rows) {
			table.append(System.lineSeparator()).append(' ');
			for (int column = 0; column < row.size(); column++) {
				table.append(' ').append(row.get(column));
				if (column < row.size() - 1) {
					table.repeat(' ', width(rows, column) - row.get(column).length() + 1);
				}
			}
		}
		return table.toString();
	}

	private String simpleName(ActorTypeInfo type) {
		ActorBean bean = this.actors.get(type.type());
		return (bean != null) ? ClassUtils.getShortName(ClassUtils.getUserClass(bean.beanClass()))
				: ClassUtils.getShortName(type.handler());
	}

	private static int width(List<List<String>> rows, int column) {
		return rows.stream().mapToInt((row) -> row.get(column).length()).max().orElse(0);
	}

}
