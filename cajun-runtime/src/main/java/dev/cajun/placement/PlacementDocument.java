package dev.cajun.placement;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.cajun.transport.Address;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The placement table as JSON. Nodes are listed once and named by their index, and shards
 * are columns, so that 10,000 of them stay far below {@link #MAX_BYTES}.
 */
public final class PlacementDocument {

	/** The version that this code writes. */
	public static final int FORMAT = 1;

	/** The largest document: etcd takes 1.5 MiB in one request. */
	public static final int MAX_BYTES = 1 << 20;

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private PlacementDocument() {
	}

	/**
	 * Writes a table.
	 * @param table the table
	 * @return the document
	 * @throws IllegalStateException if it is larger than {@link #MAX_BYTES}
	 */
	public static byte[] write(PlacementTable table) {
		ObjectNode root = JSON.createObjectNode();
		root.put("format", FORMAT)
			.put("store", table.storeId())
			.put("protocol", table.protocol())
			.put("shards", table.shards())
			.put("epoch", table.epoch())
			.put("moves", table.moves());
		table.tokens().forEach(root.putArray("tokens")::add);
		Map<Node, Integer> index = new HashMap<>();
		ArrayNode nodes = root.putArray("nodes");
		for (Node node : table.nodes()) {
			index.put(node, index.size());
			nodes.addObject()
				.put("name", node.name())
				.put("incarnation", node.incarnation())
				.put("boot", node.bootId())
				.put("address", node.address().toString());
		}
		ArrayNode members = root.putArray("members");
		table.members().forEach((member) -> members.add(index.get(member)));
		writeShards(table, index, root);
		ObjectNode pins = root.putObject("pins");
		ObjectNode balanced = root.putObject("balanced");
		table.pins().forEach((shard, pin) -> (pin.byOperator() ? pins : balanced).put(shard.toString(), pin.node()));
		ArrayNode downs = root.putArray("down");
		for (Down down : table.downs().values()) {
			ArrayNode taken = downs.addObject().put("node", index.get(down.node())).putArray("shards");
			new TreeSet<>(down.shards()).forEach(taken::add);
		}
		ObjectNode drains = root.putObject("drains");
		table.drains().forEach(drains::put);
		byte[] bytes = JSON.writeValueAsBytes(root);
		if (bytes.length > MAX_BYTES) {
			throw new IllegalStateException("The placement table has " + bytes.length + " bytes, more than " + MAX_BYTES
					+ ": the cluster has too many shards or nodes");
		}
		return bytes;
	}

	private static void writeShards(PlacementTable table, Map<Node, Integer> index, ObjectNode root) {
		StringBuilder phases = new StringBuilder(table.shards());
		ArrayNode owners = root.putArray("owners");
		ArrayNode epochs = root.putArray("epochs");
		ObjectNode moving = root.putObject("moving");
		for (int shard = 0; shard < table.shards(); shard++) {
			ShardPlacement placement = table.shard(shard);
			char letter = letter(placement.phase());
			phases.append(placement.claimedBefore() ? letter : Character.toLowerCase(letter));
			owners.add((placement.owner() == null) ? -1 : index.getOrDefault(placement.owner(), -1));
			epochs.add(placement.epoch());
			Move move = placement.move();
			if (move != null) {
				moving.putObject(Integer.toString(shard))
					.put("to", index.get(move.target()))
					.put("number", move.number())
					.put("reason", move.reason().name());
			}
		}
		root.put("phases", phases.toString());
	}

	/** In lower case for a shard that was never claimed. */
	private static char letter(Phase phase) {
		return switch (phase) {
			case UNOWNED -> 'U';
			case CLAIMING -> 'C';
			case OWNED -> 'O';
			case MOVING -> 'M';
		};
	}

	private static Phase phase(char letter) {
		return switch (letter) {
			case 'U' -> Phase.UNOWNED;
			case 'C' -> Phase.CLAIMING;
			case 'O' -> Phase.OWNED;
			case 'M' -> Phase.MOVING;
			default -> throw new IllegalArgumentException("There is no phase '" + letter + "' of a shard");
		};
	}

	/**
	 * Reads a table.
	 * @param bytes the document
	 * @return the table
	 * @throws IllegalArgumentException if it is none, or of a format that this code does
	 * not know
	 */
	public static PlacementTable read(byte[] bytes) {
		try {
			JsonNode root = JSON.readTree(bytes);
			int format = root.path("format").asInt(0);
			if (format != FORMAT) {
				throw new IllegalArgumentException("The placement table has format " + format
						+ ", and this version knows " + FORMAT + ": upgrade this node");
			}
			return read(root);
		}
		catch (JacksonException | IndexOutOfBoundsException ex) {
			throw new IllegalArgumentException("The placement table cannot be read", ex);
		}
	}

	private static PlacementTable read(JsonNode root) {
		List<Node> nodes = new ArrayList<>();
		for (JsonNode node : root.required("nodes")) {
			nodes.add(new Node(node.required("name").asString(), node.required("incarnation").asString(),
					node.required("boot").asString(), Address.parse(node.required("address").asString())));
		}
		Set<String> tokens = new HashSet<>();
		root.required("tokens").forEach((token) -> tokens.add(token.asString()));
		List<Node> members = new ArrayList<>();
		root.required("members").forEach((member) -> members.add(nodes.get(member.asInt())));
		Map<Integer, Pin> pins = new TreeMap<>();
		root.required("pins")
			.forEachEntry((shard, node) -> pins.put(Integer.valueOf(shard), new Pin(node.asString(), true)));
		root.required("balanced")
			.forEachEntry((shard, node) -> pins.put(Integer.valueOf(shard), new Pin(node.asString(), false)));
		Map<String, Down> downs = new TreeMap<>();
		for (JsonNode down : root.required("down")) {
			Set<Integer> shards = new HashSet<>();
			down.required("shards").forEach((shard) -> shards.add(shard.asInt()));
			Node node = nodes.get(down.required("node").asInt());
			downs.put(node.id(), new Down(node, shards));
		}
		Map<String, String> drains = new TreeMap<>();
		root.required("drains").forEachEntry((node, boot) -> drains.put(node, boot.asString()));
		return new PlacementTable(root.required("store").asString(), root.required("protocol").asInt(), tokens,
				root.required("epoch").asLong(), root.required("moves").asLong(), members, readShards(root, nodes),
				pins, downs, drains);
	}

	private static ShardPlacement[] readShards(JsonNode root, List<Node> nodes) {
		JsonNode owners = root.required("owners");
		JsonNode epochs = root.required("epochs");
		JsonNode moving = root.required("moving");
		String phases = root.required("phases").asString();
		int count = root.required("shards").asInt();
		if (count < 1 || count != phases.length()) {
			throw new IllegalArgumentException("The placement table cannot be read: it says that it has " + count
					+ " shards, and it has " + phases.length());
		}
		ShardPlacement[] shards = new ShardPlacement[count];
		for (int shard = 0; shard < shards.length; shard++) {
			char letter = phases.charAt(shard);
			char upper = Character.toUpperCase(letter);
			int owner = owners.required(shard).asInt();
			JsonNode move = moving.get(Integer.toString(shard));
			shards[shard] = new ShardPlacement(phase(upper), (owner < 0) ? null : nodes.get(owner),
					epochs.required(shard).asLong(), letter == upper, readMove(move, nodes));
		}
		return shards;
	}

	private static @Nullable Move readMove(@Nullable JsonNode move, List<Node> nodes) {
		return (move == null) ? null : new Move(nodes.get(move.required("to").asInt()),
				move.required("number").asLong(), Move.Reason.valueOf(move.required("reason").asString()));
	}

}
