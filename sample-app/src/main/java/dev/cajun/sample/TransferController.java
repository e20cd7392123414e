package dev.cajun.sample;

import java.net.URI;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.sample.Transfer.Order;
import dev.cajun.sample.Transfer.Phase;
import dev.cajun.sample.TransferCommand.GetTransfer;
import dev.cajun.sample.TransferCommand.Start;

/** Transfers over HTTP. */
@RestController
@RequestMapping("/transfers")
class TransferController {

	private final Actors<TransferCommand> transfers;

	private final Actors<AccountCommand> accounts;

	TransferController(Actors<TransferCommand> transfers, Actors<AccountCommand> accounts) {
		this.transfers = transfers;
		this.accounts = accounts;
	}

	@PostMapping
	ResponseEntity<TransferStatus> start(@RequestBody TransferBody body) {
		String id = Input.required("id", body.id());
		ActorRef<TransferCommand> transfer = Input.actor(this.transfers, id);
		Order order = new Order(Input.actor(this.accounts, Input.required("from", body.from())),
				Input.actor(this.accounts, Input.required("to", body.to())), Input.amount(body.amount()));
		if (order.from().equals(order.to())) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "'from' and 'to' must be two accounts");
		}
		Transfer stands = transfer.call(new Start(order));
		if (!order.equals(stands.order())) {
			throw new ResponseStatusException(HttpStatus.CONFLICT,
					"The transfer '%s' exists and moves something else".formatted(id));
		}
		URI location = ServletUriComponentsBuilder.fromCurrentRequest().pathSegment("{id}").build(id);
		return ResponseEntity.accepted().location(location).body(TransferStatus.of(id, stands));
	}

	@GetMapping("/{id}")
	TransferStatus get(@PathVariable String id) {
		Transfer stands = Input.actor(this.transfers, id).call(new GetTransfer());
		if (stands.phase() == Phase.UNKNOWN) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no transfer '%s'".formatted(id));
		}
		return TransferStatus.of(id, stands);
	}

	record TransferBody(@Nullable String id, @Nullable String from, @Nullable String to, @Nullable Long amount) {

	}

	record TransferStatus(String id, Phase state) {

		/**
		 * Where money is on its way back is nobody's business: it is withdrawn until it
		 * has arrived.
		 */
		static TransferStatus of(String id, Transfer transfer) {
			return new TransferStatus(id, switch (transfer.phase()) {
				case RETURNING, HELD -> Phase.WITHDRAWN;
				case UNKNOWN, STARTED, WITHDRAWN, COMPLETED, REFUSED -> transfer.phase();
			});
		}

	}

}
