package dev.cajun.sample;

import java.time.Duration;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Delivery;
import dev.cajun.StatefulActor;
import dev.cajun.sample.AccountCommand.Credit;
import dev.cajun.sample.AccountCommand.Debit;
import dev.cajun.sample.Transfer.Phase;
import dev.cajun.sample.TransferCommand.CreditRefused;
import dev.cajun.sample.TransferCommand.Credited;
import dev.cajun.sample.TransferCommand.DebitRefused;
import dev.cajun.sample.TransferCommand.Debited;
import dev.cajun.sample.TransferCommand.GetTransfer;
import dev.cajun.sample.TransferCommand.ReturnAgain;
import dev.cajun.sample.TransferCommand.Start;
import dev.cajun.spring.Actor;

/**
 * A transfer takes money from one account and gives it to another. Each step is a tell
 * that is part of the write before it, and is delivered exactly once whatever crashes. So
 * a transfer never stands still half done, and nobody has to look for such transfers.
 */
@Actor("transfer")
class TransferActor implements StatefulActor<Transfer, TransferCommand> {

	private static final Duration HOLD = Duration.ofMinutes(1);

	@Override
	public Transfer initialState(ActorId id) {
		return Transfer.UNKNOWN;
	}

	@Override
	public Transfer receive(Transfer transfer, TransferCommand command, ActorContext<TransferCommand> context) {
		Transfer next = switch (command) {
			case Start start -> {
				Transfer started = (transfer.phase() == Phase.UNKNOWN) ? start(start.order(), context) : transfer;
				context.reply(start, started);
				yield started;
			}
			case GetTransfer get -> {
				context.reply(get, transfer);
				yield transfer;
			}
			case Debited debited -> {
				credit(transfer.ordered().to(), transfer, context);
				yield transfer.to(Phase.WITHDRAWN);
			}
			case DebitRefused refused -> transfer.to(Phase.REFUSED);
			case Credited credited ->
				transfer.to((transfer.phase() == Phase.WITHDRAWN) ? Phase.COMPLETED : Phase.REFUSED);
			case CreditRefused refused when transfer.phase() == Phase.WITHDRAWN -> giveBack(transfer, context);
			case CreditRefused refused -> {
				context.remind("return", HOLD, new ReturnAgain());
				yield transfer.to(Phase.HELD);
			}
			// A reminder comes at least once: a second one must not give the money twice
			case ReturnAgain again -> (transfer.phase() == Phase.HELD) ? giveBack(transfer, context) : transfer;
		};
		if (next.phase() != transfer.phase()) {
			context.publish(new TransferEvent(context.self().id().key(), next.phase()));
		}
		return next;
	}

	private Transfer start(Transfer.Order order, ActorContext<TransferCommand> context) {
		tell(order.from(), new Debit(order.amount(), context.self()));
		return Transfer.UNKNOWN.start(order);
	}

	private Transfer giveBack(Transfer transfer, ActorContext<TransferCommand> context) {
		credit(transfer.ordered().from(), transfer, context);
		return transfer.to(Phase.RETURNING);
	}

	private void credit(ActorRef<AccountCommand> account, Transfer transfer, ActorContext<TransferCommand> context) {
		tell(account, new Credit(transfer.ordered().amount(), context.self()));
	}

	@SuppressWarnings("FutureReturnValueIgnored") // it is part of the write
	private void tell(ActorRef<AccountCommand> account, AccountCommand command) {
		account.tell(command, Delivery.EXACTLY_ONCE);
	}

}
