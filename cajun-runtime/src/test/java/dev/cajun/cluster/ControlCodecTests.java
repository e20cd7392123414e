package dev.cajun.cluster;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import dev.cajun.HostileBytes;
import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;
import dev.cajun.transport.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ControlCodecTests {

	private static final Node NODE = new Node("n1", "0a", "b0", new Address("::1", 7400));

	static Stream<ControlMessage> messages() {
		return Stream.of(new ControlMessage.Witness(Long.MAX_VALUE, NODE), new ControlMessage.Testimony(3, true),
				new ControlMessage.AgreedDead(NODE),
				new ControlMessage.Report(
						List.of(new ControlMessage.Claimed(1, 2), new ControlMessage.Claimed(3, 1L << 52)),
						List.of(new ControlMessage.Refused(4, 5, 6)), List.of(new ControlMessage.Released(7, 8)), 9),
				new ControlMessage.Report(List.of(), List.of(), List.of(), 0),
				new ControlMessage.Load("n1", new NodeLoad(5, 1.5, -1, 0.25, Map.of(3, 1.25))),
				new ControlMessage.Command(1, new Operation.Drain("n1", true)),
				new ControlMessage.Command(2, new Operation.Undrain("n1")),
				new ControlMessage.Command(3, new Operation.Migrate(9, "n2")),
				new ControlMessage.Command(4, new Operation.Migrate(9, null)),
				new ControlMessage.Command(5, new Operation.Rebalance(true)),
				new ControlMessage.Command(6, new Operation.Resign()),
				new ControlMessage.Answer(7, OperationRefusedException.Status.CONFLICT, "why \"not\""));
	}

	@ParameterizedTest
	@MethodSource("messages")
	void readsWhatItWrote(ControlMessage message) {
		byte[] bytes = ControlCodec.write(message);

		assertThat(ControlCodec.read(bytes)).isEqualTo(message);
		assertThat((int) bytes[0]).isBetween(ControlPlane.FIRST_KIND, ControlPlane.LAST_KIND);
	}

	@Test
	void refusesWhatItDoesNotKnow() {
		assertThatIllegalArgumentException().isThrownBy(() -> ControlCodec.read(new byte[] { 127, '{', '}' }))
			.withMessageContaining("127");
		assertThatIllegalArgumentException().isThrownBy(() -> ControlCodec.read(new byte[] { 64, '{' }));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ControlCodec.read("A{\"id\":1}".getBytes(StandardCharsets.UTF_8)));
	}

	@Test
	void answersHostileBytesWithARefusalOrAMessage() {
		HostileBytes.check(messages().map(ControlCodec::write).toList(), 20_000, IllegalArgumentException.class,
				ControlCodec::read);
	}

	@Test
	void answersHostileRecordsOfNodesWithARefusalOrARecord() {
		NodeRecord record = new NodeRecord(NODE, NodeRecord.State.UP, true, "z1", Set.of("web"), "1.2", 1, 10);

		HostileBytes.check(List.of(record.write()), 20_000, IllegalArgumentException.class, NodeRecord::read);
	}

	@Test
	void passesOverFieldsThatItDoesNotKnow() {
		byte[] bytes = "A{\"id\":1,\"gone\":true,\"more\":[1]}".getBytes(StandardCharsets.UTF_8);

		assertThat(ControlCodec.read(bytes)).isEqualTo(new ControlMessage.Testimony(1, true));
	}

}
