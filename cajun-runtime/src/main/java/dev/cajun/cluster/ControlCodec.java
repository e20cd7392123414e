package dev.cajun.cluster;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;
import dev.cajun.transport.Address;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Control messages as bytes: one that tells the kind, then JSON, in which fields that are
 * not known are passed over.
 */
final class ControlCodec {

	private static final int FIRST = ControlPlane.FIRST_KIND;

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private ControlCodec() {
	}

	static byte[] write(ControlMessage message) {
		ObjectNode root = JSON.createObjectNode();
		int kind = FIRST + switch (message) {
			case ControlMessage.Witness witness -> {
				write(witness.suspect(), root.put("id", witness.id()).putObject("node"));
				yield 0;
			}
			case ControlMessage.Testimony testimony -> {
				root.put("id", testimony.id()).put("gone", testimony.gone());
				yield 1;
			}
			case ControlMessage.AgreedDead dead -> {
				write(dead.node(), root.putObject("node"));
				yield 2;
			}
			case ControlMessage.Report report -> {
				write(report, root);
				yield 3;
			}
			case ControlMessage.Load load -> {
				write(load, root);
				yield 4;
			}
			case ControlMessage.Command command -> {
				write(command.operation(), root.put("id", command.id()));
				yield 5;
			}
			case ControlMessage.Answer answer -> {
				root.put("id", answer.id()).put("status", answer.status().name()).put("text", answer.text());
				yield 6;
			}
		};
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		bytes.write(kind);
		bytes.writeBytes(JSON.writeValueAsBytes(root));
		return bytes.toByteArray();
	}

	private static void write(Node node, ObjectNode into) {
		into.put("name", node.name())
			.put("incarnation", node.incarnation())
			.put("boot", node.bootId())
			.put("address", node.address().toString());
	}

	private static void write(ControlMessage.Report report, ObjectNode root) {
		ArrayNode claimed = root.putArray("claimed");
		report.claimed().forEach((each) -> claimed.add(each.shard()).add(each.epoch()));
		ArrayNode refused = root.putArray("refused");
		report.refused().forEach((each) -> refused.add(each.shard()).add(each.epoch()).add(each.found()));
		ArrayNode released = root.putArray("released");
		report.released().forEach((each) -> released.add(each.shard()).add(each.move()));
		root.put("claiming", report.claiming());
	}

	private static void write(ControlMessage.Load message, ObjectNode root) {
		NodeLoad load = message.load();
		root.put("node", message.node())
			.put("activations", load.activations())
			.put("messages", load.messagesPerSecond())
			.put("cpu", load.cpu())
			.put("heap", load.heap());
		ObjectNode shards = root.putObject("shards");
		new TreeMap<>(load.shards()).forEach((shard, rate) -> shards.put(shard.toString(), rate));
	}

	private static void write(Operation operation, ObjectNode root) {
		switch (operation) {
			case Operation.Drain drain ->
				root.put("operation", "drain").put("node", drain.node()).put("force", drain.force());
			case Operation.Undrain undrain -> root.put("operation", "undrain").put("node", undrain.node());
			case Operation.Migrate migrate ->
				root.put("operation", "migrate").put("shard", migrate.shard()).put("node", migrate.target());
			case Operation.Rebalance rebalance -> root.put("operation", "rebalance").put("dryRun", rebalance.dryRun());
			case Operation.Resign resign -> root.put("operation", "resign");
		}
	}

	/**
	 * Reads a message.
	 * @throws IllegalArgumentException if it is none that this version knows
	 */
	static ControlMessage read(byte[] bytes) {
		try {
			JsonNode root = JSON.readTree(bytes, 1, bytes.length - 1);
			return switch (bytes[0] - FIRST) {
				case 0 -> new ControlMessage.Witness(root.required("id").asLong(), node(root.required("node")));
				case 1 -> new ControlMessage.Testimony(root.required("id").asLong(), root.required("gone").asBoolean());
				case 2 -> new ControlMessage.AgreedDead(node(root.required("node")));
				case 3 -> report(root);
				case 4 -> load(root);
				case 5 -> new ControlMessage.Command(root.required("id").asLong(), operation(root));
				case 6 -> new ControlMessage.Answer(root.required("id").asLong(),
						OperationRefusedException.Status.valueOf(root.required("status").asString()),
						root.required("text").asString());
				default -> throw new IllegalArgumentException("There is no control message of kind " + bytes[0]);
			};
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("A control message cannot be read", ex);
		}
	}

	private static Node node(JsonNode node) {
		return new Node(node.required("name").asString(), node.required("incarnation").asString(),
				node.required("boot").asString(), Address.parse(node.required("address").asString()));
	}

	private static ControlMessage.Report report(JsonNode root) {
		List<ControlMessage.Claimed> claimed = new ArrayList<>();
		JsonNode claims = root.required("claimed");
		for (int i = 0; i + 1 < claims.size(); i += 2) {
			claimed.add(new ControlMessage.Claimed(claims.get(i).asInt(), claims.get(i + 1).asLong()));
		}
		List<ControlMessage.Refused> refused = new ArrayList<>();
		JsonNode refusals = root.required("refused");
		for (int i = 0; i + 2 < refusals.size(); i += 3) {
			refused.add(new ControlMessage.Refused(refusals.get(i).asInt(), refusals.get(i + 1).asLong(),
					refusals.get(i + 2).asLong()));
		}
		List<ControlMessage.Released> released = new ArrayList<>();
		JsonNode releases = root.required("released");
		for (int i = 0; i + 1 < releases.size(); i += 2) {
			released.add(new ControlMessage.Released(releases.get(i).asInt(), releases.get(i + 1).asLong()));
		}
		return new ControlMessage.Report(claimed, refused, released, root.path("claiming").asInt(0));
	}

	private static ControlMessage.Load load(JsonNode root) {
		Map<Integer, Double> shards = new TreeMap<>();
		root.required("shards").forEachEntry((shard, rate) -> shards.put(Integer.valueOf(shard), rate.asDouble()));
		return new ControlMessage.Load(root.required("node").asString(),
				new NodeLoad(root.required("activations").asLong(), root.required("messages").asDouble(),
						root.required("cpu").asDouble(), root.required("heap").asDouble(), shards));
	}

	private static Operation operation(JsonNode root) {
		String operation = root.required("operation").asString();
		return switch (operation) {
			case "drain" -> new Operation.Drain(root.required("node").asString(), root.required("force").asBoolean());
			case "undrain" -> new Operation.Undrain(root.required("node").asString());
			case "migrate" -> new Operation.Migrate(root.required("shard").asInt(),
					root.required("node").isNull() ? null : root.required("node").asString());
			case "rebalance" -> new Operation.Rebalance(root.required("dryRun").asBoolean());
			case "resign" -> new Operation.Resign();
			default -> throw new IllegalArgumentException("There is no operation '" + operation + "'");
		};
	}

}
