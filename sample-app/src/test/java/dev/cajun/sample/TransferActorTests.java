package dev.cajun.sample;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.sample.AccountCommand.Credit;
import dev.cajun.sample.AccountCommand.Debit;
import dev.cajun.sample.Transfer.Order;
import dev.cajun.sample.Transfer.Phase;
import dev.cajun.sample.TransferCommand.CreditRefused;
import dev.cajun.sample.TransferCommand.Credited;
import dev.cajun.sample.TransferCommand.DebitRefused;
import dev.cajun.sample.TransferCommand.Debited;
import dev.cajun.sample.TransferCommand.GetTransfer;
import dev.cajun.sample.TransferCommand.ReturnAgain;
import dev.cajun.sample.TransferCommand.Start;
import dev.cajun.spring.test.ActorProbe;
import dev.cajun.spring.test.ActorTest;
import dev.cajun.spring.test.ActorTime;
import dev.cajun.spring.test.SerializationCheck;

import static org.assertj.core.api.Assertions.assertThat;

/** Each step of a transfer, with a probe for both accounts and time that stands still. */
@ActorTest
class TransferActorTests {

	@Autowired
	private Actors<TransferCommand> transfers;

	@Autowired
	private ActorProbe<AccountCommand> accounts;

	@Autowired
	private ActorTime time;

	@Test
	void debitsThenCredits() {
		ActorRef<TransferCommand> transfer = this.transfers.get("debits-then-credits");
		transfer.call(new Start(new Order(this.accounts.ref("from"), this.accounts.ref("to"), 5)));
		assertThat(this.accounts.expectMessage(Debit.class).amount()).isEqualTo(5);
		transfer.tell(new Debited());
		assertThat(this.accounts.expectMessage(Credit.class).amount()).isEqualTo(5);
	}

	@Test
	void takesThenGives() {
		ActorRef<TransferCommand> transfer = start("takes-then-gives");
		expectDebit(transfer);
		transfer.tell(new Debited());
		expectCredit(transfer);
		assertThat(phase(transfer)).isEqualTo(Phase.WITHDRAWN);
		transfer.tell(new Credited());
		assertThat(phase(transfer)).isEqualTo(Phase.COMPLETED);
		assertThat(this.accounts.messages("from")).hasSize(1);
		assertThat(this.accounts.messages("to")).hasSize(1);
	}

	@Test
	void startsOnce() {
		ActorRef<TransferCommand> transfer = start("starts-once");
		expectDebit(transfer);
		Order other = new Order(this.accounts.ref("to"), this.accounts.ref("from"), 5);
		assertThat(transfer.call(new Start(other)).order()).isEqualTo(order());
		this.accounts.expectNoMessage();
	}

	@Test
	void endsWhenTheMoneyIsMissing() {
		ActorRef<TransferCommand> transfer = start("missing");
		expectDebit(transfer);
		transfer.tell(new DebitRefused());
		assertThat(phase(transfer)).isEqualTo(Phase.REFUSED);
		this.accounts.expectNoMessage();
	}

	@Test
	void givesBackWhatTheOtherAccountRefuses() {
		ActorRef<TransferCommand> transfer = refusedByReceiver("gives-back");
		assertThat(phase(transfer)).isEqualTo(Phase.RETURNING);
		transfer.tell(new Credited());
		assertThat(phase(transfer)).isEqualTo(Phase.REFUSED);
		assertThat(this.accounts.messages("from")).hasSize(2);
		this.accounts.expectNoMessage();
	}

	@Test
	void holdsWhatNeitherAccountTakes() {
		ActorRef<TransferCommand> transfer = refusedByReceiver("holds");
		transfer.tell(new CreditRefused());
		assertThat(phase(transfer)).isEqualTo(Phase.HELD);
		this.accounts.expectNoMessage();
		this.time.advance(Duration.ofMinutes(1));
		expectCredit(transfer);
		assertThat(phase(transfer)).isEqualTo(Phase.RETURNING);
		transfer.tell(new Credited());
		assertThat(phase(transfer)).isEqualTo(Phase.REFUSED);
	}

	@Test
	void givesHeldMoneyBackOnceHoweverOftenItIsReminded() {
		ActorRef<TransferCommand> transfer = refusedByReceiver("reminded");
		transfer.tell(new ReturnAgain());
		this.accounts.expectNoMessage();
		transfer.tell(new CreditRefused());
		transfer.tell(new ReturnAgain());
		transfer.tell(new ReturnAgain());
		expectCredit(transfer);
		this.time.advance(Duration.ofMinutes(2));
		this.accounts.expectNoMessage();
	}

	@Test
	void everyMessageSurvivesStorage(@Autowired SerializationCheck check) {
		check.roundTripAll();
	}

	private ActorRef<TransferCommand> start(String id) {
		ActorRef<TransferCommand> transfer = this.transfers.get(id);
		assertThat(transfer.call(new Start(order())).phase()).isEqualTo(Phase.STARTED);
		return transfer;
	}

	private ActorRef<TransferCommand> refusedByReceiver(String id) {
		ActorRef<TransferCommand> transfer = start(id);
		expectDebit(transfer);
		transfer.tell(new Debited());
		expectCredit(transfer);
		transfer.tell(new CreditRefused());
		expectCredit(transfer);
		return transfer;
	}

	private Order order() {
		return new Order(this.accounts.ref("from"), this.accounts.ref("to"), 4);
	}

	private void expectDebit(ActorRef<TransferCommand> transfer) {
		assertThat(this.accounts.expectMessage()).isEqualTo(new Debit(4, transfer));
	}

	private void expectCredit(ActorRef<TransferCommand> transfer) {
		assertThat(this.accounts.expectMessage()).isEqualTo(new Credit(4, transfer));
	}

	private Phase phase(ActorRef<TransferCommand> transfer) {
		return transfer.call(new GetTransfer()).phase();
	}

}
