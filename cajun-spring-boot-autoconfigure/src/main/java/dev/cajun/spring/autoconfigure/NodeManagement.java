package dev.cajun.spring.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

import dev.cajun.ActorId;
import dev.cajun.cluster.Migration;
import dev.cajun.cluster.Operation;
import dev.cajun.node.ActivationInfo;
import dev.cajun.node.ActivationPage;
import dev.cajun.node.ActorTypeInfo;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.ClusterNodeInfo;
import dev.cajun.node.HotActors;
import dev.cajun.node.MailboxDepths;
import dev.cajun.node.NodeInfo;
import dev.cajun.node.NodeInspection;
import dev.cajun.node.QuarantinedActors;
import dev.cajun.node.RoutingInfo;
import dev.cajun.node.ShardInfo;
import dev.cajun.placement.NodeLoad;
import dev.cajun.placement.PlannedMove;
import dev.cajun.spring.ApplicationNode;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * The operations of the node as a bean that exists before the node. Handlers have the
 * class that the application wrote, not that of a proxy.
 */
class NodeManagement implements ClusterManagement {

	private final ApplicationNode node;

	private final ActorBeans actors;

	NodeManagement(ApplicationNode node, ActorBeans actors) {
		this.node = node;
		this.actors = actors;
	}

	private ClusterManagement management() {
		return this.node.node().management();
	}

	@Override
	public NodeInfo node() {
		return management().node();
	}

	@Override
	public List<ClusterNodeInfo> nodes() {
		return management().nodes();
	}

	@Override
	public NodeInspection at(String node) {
		return management().at(node);
	}

	@Override
	public List<ShardInfo> shards() {
		return management().shards();
	}

	@Override
	public RoutingInfo routing(ActorId actor) {
		return management().routing(actor);
	}

	@Override
	public List<Migration> migrations() {
		return management().migrations();
	}

	@Override
	public Map<Migration.Phase, Long> migrationsEnded() {
		return management().migrationsEnded();
	}

	@Override
	public Map<String, NodeLoad> loads() {
		return management().loads();
	}

	@Override
	public long sweepsSkipped() {
		return management().sweepsSkipped();
	}

	@Override
	public List<PlannedMove> drainPlan(String node) {
		return management().drainPlan(node);
	}

	@Override
	public CompletionStage<String> operate(Operation operation) {
		return management().operate(operation);
	}

	@Override
	public List<ActorTypeInfo> types() {
		return management().types().stream().map(this::withUserClass).toList();
	}

	private ActorTypeInfo withUserClass(ActorTypeInfo info) {
		ActorBean bean = this.actors.get(info.type());
		return (bean == null) ? info
				: new ActorTypeInfo(info.type(), ClassUtils.getUserClass(bean.beanClass()).getName(), info.messages(),
						info.state(), info.mutableState(), info.persistence(), info.placement(), info.activations());
	}

	@Override
	public ActivationPage activations(@Nullable String type, @Nullable String cursor, int limit) {
		return management().activations(type, cursor, limit);
	}

	@Override
	public QuarantinedActors quarantined(int limit) {
		return management().quarantined(limit);
	}

	@Override
	public HotActors hotActors(int limit) {
		return management().hotActors(limit);
	}

	@Override
	public Map<String, MailboxDepths> mailboxes() {
		return management().mailboxes();
	}

	@Override
	public Map<String, Integer> slowHandlers() {
		return management().slowHandlers();
	}

	@Override
	public CompletionStage<ActivationPage> stored(String type, @Nullable String cursor, int limit) {
		return management().stored(type, cursor, limit);
	}

	@Override
	public ActivationInfo explain(ActorId actor) {
		return management().explain(actor);
	}

	@Override
	public boolean release(ActorId actor) {
		return management().release(actor);
	}

}
