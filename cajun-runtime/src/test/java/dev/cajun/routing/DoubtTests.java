package dev.cajun.routing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.CajunException;
import dev.cajun.HandlerException;
import dev.cajun.MailboxFullException;
import dev.cajun.MessageTooLargeException;
import dev.cajun.NotAMemberException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.StaleOwnerException;
import dev.cajun.StoreUnavailableException;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.UnknownMessageTypeException;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Ask;
import dev.cajun.activation.AskTerms;
import dev.cajun.node.TestActor;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.time.VirtualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What is said of a request of which an attempt was lost that may have been run. */
class DoubtTests {

	private static final ActorId ID = new ActorId("a", "x");

	private static final ActorType TYPE = new ActorType(new TestActor().definition("a", ActorSettings.defaults()),
			TypeRegistry.builder().actor("a", TestActor.Message.class, TestActor.Notes.class, null).build());

	private final NodeHost host = LoneHost.create(new VirtualTime(), Runnable::run);

	private final CompletableFuture<Object> answer = new CompletableFuture<>();

	private final Ask ask = new Ask(this.host, TYPE, ID, TYPE.messageType(ID, new TestActor.Add(1)),
			new TestActor.Add(1), new AskTerms(1, false, "key", "", 1), this.answer);

	static List<CajunException> refusals() {
		return List.of(new MailboxFullException("full"), new StoreUnavailableException("away"),
				new StaleOwnerException("another"), new NotAMemberException("stopped"),
				new ActorQuarantinedException("damaged"), new UnknownMessageTypeException("an older node"),
				new UnknownActorTypeException("an older node"), new MessageTooLargeException("for another link"),
				new SerializationException(SerializationException.Kind.UNKNOWN_TYPE, "an older node"));
	}

	@ParameterizedTest
	@MethodSource("refusals")
	void refusalOfTheLastAttemptSaysNothingOfTheOneBefore(CajunException refusal) {
		this.ask.doubt();
		this.ask.fail(refusal);
		assertThat(this.answer).failsWithin(Duration.ZERO)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.isInstanceOf(OutcomeUnknownException.class)
			.withMessageContaining(String.valueOf(refusal.getMessage()))
			.withCause(refusal);
	}

	@ParameterizedTest
	@MethodSource("refusals")
	void refusalIsToldAsItIsWithoutDoubt(CajunException refusal) {
		this.ask.fail(refusal);
		assertThat(this.answer.exceptionNow()).isSameAs(refusal);
	}

	@Test
	void failureOfTheHandlerIsAnAnswer() {
		this.ask.doubt();
		CajunException failure = new HandlerException(ID, "java.lang.IllegalStateException", "as the test wants");
		this.ask.fail(failure);
		assertThat(this.answer.exceptionNow()).isSameAs(failure);
	}

	@Test
	void nobodySaysThatItWasNotRun() {
		this.ask.doubt();
		assertThat(this.ask.cancel()).isFalse();
	}

}
