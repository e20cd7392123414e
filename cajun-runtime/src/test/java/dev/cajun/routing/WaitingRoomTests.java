package dev.cajun.routing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import dev.cajun.ActorId;
import dev.cajun.AskTimeoutException;
import dev.cajun.Persistence;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Ask;
import dev.cajun.activation.AskTerms;
import dev.cajun.activation.Tell;
import dev.cajun.node.TestActor;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.time.VirtualTime;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What waits for an owner, and for how long. */
class WaitingRoomTests {

	private static final ActorId ID = new ActorId("a", "x");

	private static final ActorType TYPE = new ActorType(
			new TestActor().definition("a",
					ActorSettings.defaults().withPersistence(Persistence.NONE).withAskTimeout(Duration.ofSeconds(5))),
			TypeRegistry.builder().actor("a", TestActor.Message.class, TestActor.Notes.class, null).build());

	private final VirtualTime time = new VirtualTime();

	private final NodeHost host = LoneHost.create(this.time, Runnable::run);

	private final WaitingRoom room = new WaitingRoom(this.host, 0);

	@Test
	void requestWhoseTimeIsUpIsEndedByItsTimeoutAlone() {
		TestActor.Add request = new TestActor.Add(1);
		CompletableFuture<Object> answer = new CompletableFuture<>();
		Ask ask = new Ask(this.host, TYPE, ID, TYPE.messageType(ID, request), request,
				new AskTerms(1, false, null, null, 1), answer);
		this.room.put(new Outgoing(this.host, TYPE, ID, ask, true));
		assertThat(ask.cancel()).as("as a timeout begins").isTrue();
		this.room.sweep();
		assertThat(this.room.isEmpty()).isTrue();
		assertThat(answer).isNotDone();

		ask.fail(new AskTimeoutException("time is up", AskTimeoutException.Outcome.NOT_RUN, null));
		assertThat(answer).isCompletedExceptionally();
	}

	@Test
	void tellWaitsForAsLongAsARequestWould() {
		this.room.put(new Outgoing(this.host, TYPE, ID, new Tell(new TestActor.Note("n"), 1), true));
		this.time.advance(Duration.ofSeconds(5));
		this.room.sweep();
		assertThat(this.room.size()).isEqualTo(1);
		this.time.advance(Duration.ofMillis(1));
		this.room.sweep();
		assertThat(this.room.isEmpty()).isTrue();
	}

}
