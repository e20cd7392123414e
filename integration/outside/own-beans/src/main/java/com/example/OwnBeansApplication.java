package com.example;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.Actors;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.caffeine.CaffeineCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application that was there before: its bean names are taken, its cache and its
 * database are in use.
 */
@SpringBootApplication
@EnableCaching
public class OwnBeansApplication {

	public static void main(String[] args) {
		SpringApplication.run(OwnBeansApplication.class, args);
	}

	@Bean
	String serializer() {
		return "my serializer";
	}

	@Bean
	String transport() {
		return "my transport";
	}

	@Bean
	String actorSystem() {
		return "my actor system";
	}

}

@RestController
class ShopController {

	private final Actors<OrderCommand> orders;

	private final BeanFactory beans;

	private final CacheManager caches;

	private final Prices prices;

	ShopController(Actors<OrderCommand> orders, BeanFactory beans, CacheManager caches, Prices prices) {
		this.orders = orders;
		this.beans = beans;
		this.caches = caches;
		this.prices = prices;
	}

	@PostMapping("/orders")
	Receipt order() {
		long entities = this.orders.get("first").call(new Place("tea"));
		return new Receipt(this.beans.getBean("serializer", String.class),
				this.beans.getBean("transport", String.class), this.beans.getBean("actorSystem", String.class),
				this.caches instanceof CaffeineCacheManager, entities, this.prices.asked());
	}

	record Receipt(String serializer, String transport, String actorSystem, boolean caffeine, long entities,
			long pricesAsked) {

	}

}

/** Calls a cached bean and a JPA repository from its handler. */
@Actor("order")
class OrderActor implements StatefulActor<Order, OrderCommand> {

	private final Prices prices;

	private final ItemRepository items;

	OrderActor(Prices prices, ItemRepository items) {
		this.prices = prices;
		this.items = items;
	}

	@Override
	public Order initialState(ActorId id) {
		return new Order(0);
	}

	@Override
	public Order receive(Order order, OrderCommand command, ActorContext<OrderCommand> context) {
		return switch (command) {
			case Place place -> {
				Order updated = new Order(order.total() + this.prices.of(place.item()));
				this.items.save(new Item(context.messageId()));
				context.reply(place, this.items.count());
				yield updated;
			}
		};
	}

}

record Order(long total) {

}

sealed interface OrderCommand {

}

record Place(String item) implements OrderCommand, Request<Long> {

}

@Component
class Prices {

	private long asked;

	@Cacheable("prices")
	public long of(String item) {
		this.asked++;
		return item.length();
	}

	public long asked() {
		return this.asked;
	}

}

interface ItemRepository extends JpaRepository<Item, String> {

}

@Entity
class Item {

	@Id
	private String id;

	protected Item() {
	}

	Item(String id) {
		this.id = id;
	}

}
