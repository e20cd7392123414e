package dev.cajun.kryo;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ReplyTo;
import dev.cajun.serialization.TypeRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The values without parts that are not the application's: numbers, text, times, ids and
 * references.
 */
final class Scalars {

	/** About 9,000 digits, as with the other formats. */
	private static final int MAX_NUMBER_BITS = 30_000;

	private final Map<Class<?>, Scalar> scalars = new HashMap<>();

	Scalars(TypeRegistry types) {
		numbers();
		texts();
		times();
		atomics();
		text(ActorId.class, "id", ActorId::toString, ActorId::parse);
		this.scalars.put(ActorRef.class,
				new Scalar("id", (output, value) -> Frames.text(output, ((ActorRef<?>) value).id().toString()),
						(input) -> types.ref(ActorId.parse(Frames.text(input)))));
		add(ReplyTo.class, "to", Scalars::writeReplyTo, Scalars::readReplyTo);
	}

	@Nullable Scalar of(Class<?> type) {
		return this.scalars.get(type);
	}

	private <T> void add(Class<T> type, String label, BiConsumer<Output, T> writer, Function<Input, T> reader) {
		this.scalars.put(type,
				new Scalar(label, (output, value) -> writer.accept(output, type.cast(value)), reader::apply));
	}

	private <T> void text(Class<T> type, String label, Function<T, String> writer, Function<String, T> reader) {
		add(type, label, (output, value) -> Frames.text(output, writer.apply(value)),
				(input) -> reader.apply(Frames.text(input)));
	}

	private void numbers() {
		for (Class<?> type : new Class<?>[] { boolean.class, Boolean.class, byte.class, Byte.class, short.class,
				Short.class, char.class, Character.class, int.class, Integer.class, long.class, Long.class, float.class,
				Float.class, double.class, Double.class }) {
			Primitive primitive = Primitive.of(type);
			if (primitive != null) {
				this.scalars.put(type, new Scalar(primitive.boxedLabel(), primitive::write,
						(input) -> primitive.read(input, type), Primitive.zero(type)));
			}
		}
		add(BigInteger.class, "bi", (output, value) -> output.writeBytes(checked(value).toByteArray()),
				(input) -> checked(new BigInteger(Frames.bytes(input))));
		add(BigDecimal.class, "bd", (output, value) -> {
			output.writeVarInt(value.scale(), false);
			output.writeBytes(checked(value.unscaledValue()).toByteArray());
		}, (input) -> {
			int scale = input.readVarInt(false);
			return new BigDecimal(checked(new BigInteger(Frames.bytes(input))), scale);
		});
		optional(OptionalInt.class, "oi", OptionalInt.empty(), (output, value) -> {
			if (value.isPresent()) {
				output.writeVarInt(value.getAsInt(), false);
			}
		}, (input) -> OptionalInt.of(input.readVarInt(false)));
		optional(OptionalLong.class, "ol", OptionalLong.empty(), (output, value) -> {
			if (value.isPresent()) {
				output.writeVarLong(value.getAsLong(), false);
			}
		}, (input) -> OptionalLong.of(input.readVarLong(false)));
		optional(OptionalDouble.class, "od", OptionalDouble.empty(), (output, value) -> {
			if (value.isPresent()) {
				output.writeDouble(value.getAsDouble());
			}
		}, (input) -> OptionalDouble.of(input.readDouble()));
	}

	/** Nothing in the frame is the empty one. */
	private <T> void optional(Class<T> type, String label, T empty, BiConsumer<Output, T> writer,
			Function<Input, T> reader) {
		this.scalars.put(type, new Scalar(label, (output, value) -> writer.accept(output, type.cast(value)),
				(input) -> (Frames.remaining(input) == 0) ? empty : reader.apply(input), empty));
	}

	private static BigInteger checked(BigInteger value) {
		if (value.bitLength() > MAX_NUMBER_BITS) {
			throw new KryoException("a number has more than " + MAX_NUMBER_BITS + " bits");
		}
		return value;
	}

	private void texts() {
		text(String.class, "s", (value) -> value, (value) -> value);
		text(URI.class, "ur", URI::toString, URI::create);
		text(Locale.class, "lo", Locale::toLanguageTag, Locale::forLanguageTag);
		text(Currency.class, "cu", Currency::getCurrencyCode, Currency::getInstance);
		text(DayOfWeek.class, "e", DayOfWeek::name, DayOfWeek::valueOf);
		text(Month.class, "e", Month::name, Month::valueOf);
		add(UUID.class, "uu", (output, value) -> {
			output.writeLong(value.getMostSignificantBits());
			output.writeLong(value.getLeastSignificantBits());
		}, (input) -> {
			long most = input.readLong();
			return new UUID(most, input.readLong());
		});
	}

	@SuppressWarnings("JavaUtilDate") // an application may declare it
	private void times() {
		add(Instant.class, "in", (output, value) -> {
			output.writeVarLong(value.getEpochSecond(), false);
			output.writeVarInt(value.getNano(), true);
		}, (input) -> {
			long seconds = input.readVarLong(false);
			return Instant.ofEpochSecond(seconds, input.readVarInt(true));
		});
		add(Duration.class, "du", (output, value) -> {
			output.writeVarLong(value.getSeconds(), false);
			output.writeVarInt(value.getNano(), true);
		}, (input) -> {
			long seconds = input.readVarLong(false);
			return Duration.ofSeconds(seconds, input.readVarInt(true));
		});
		add(Period.class, "pe", (output, value) -> {
			output.writeVarInt(value.getYears(), false);
			output.writeVarInt(value.getMonths(), false);
			output.writeVarInt(value.getDays(), false);
		}, (input) -> {
			int years = input.readVarInt(false);
			int months = input.readVarInt(false);
			return Period.of(years, months, input.readVarInt(false));
		});
		add(LocalDate.class, "ld", Scalars::writeDate, Scalars::readDate);
		add(LocalTime.class, "lt", Scalars::writeTime, Scalars::readTime);
		add(LocalDateTime.class, "dt", Scalars::writeDateTime, Scalars::readDateTime);
		add(OffsetTime.class, "ot", (output, value) -> {
			writeTime(output, value.toLocalTime());
			writeOffset(output, value.getOffset());
		}, (input) -> {
			LocalTime time = readTime(input);
			return OffsetTime.of(time, readOffset(input));
		});
		add(OffsetDateTime.class, "of", (output, value) -> {
			writeDateTime(output, value.toLocalDateTime());
			writeOffset(output, value.getOffset());
		}, (input) -> {
			LocalDateTime dateTime = readDateTime(input);
			return OffsetDateTime.of(dateTime, readOffset(input));
		});
		add(ZonedDateTime.class, "zd", (output, value) -> {
			writeDateTime(output, value.toLocalDateTime());
			writeOffset(output, value.getOffset());
			Frames.text(output, value.getZone().getId());
		}, (input) -> {
			LocalDateTime dateTime = readDateTime(input);
			ZoneOffset offset = readOffset(input);
			return ZonedDateTime.ofInstant(dateTime, offset, ZoneId.of(Frames.text(input)));
		});
		add(Year.class, "ye", (output, value) -> output.writeVarInt(value.getValue(), false),
				(input) -> Year.of(input.readVarInt(false)));
		add(YearMonth.class, "ym", (output, value) -> {
			output.writeVarInt(value.getYear(), false);
			output.writeByte(value.getMonthValue());
		}, (input) -> {
			int year = input.readVarInt(false);
			return YearMonth.of(year, input.readByte());
		});
		add(MonthDay.class, "md", (output, value) -> {
			output.writeByte(value.getMonthValue());
			output.writeByte(value.getDayOfMonth());
		}, (input) -> {
			int month = input.readByte();
			return MonthDay.of(month, input.readByte());
		});
		text(ZoneId.class, "zi", ZoneId::getId, ZoneId::of);
		add(ZoneOffset.class, "zo", Scalars::writeOffset, Scalars::readOffset);
		add(Date.class, "da", (output, value) -> output.writeVarLong(value.getTime(), false),
				(input) -> new Date(input.readVarLong(false)));
	}

	private void atomics() {
		add(AtomicBoolean.class, "ab", (output, value) -> output.writeBoolean(value.get()),
				(input) -> new AtomicBoolean(input.readBoolean()));
		add(AtomicInteger.class, "ai", (output, value) -> output.writeVarInt(value.get(), false),
				(input) -> new AtomicInteger(input.readVarInt(false)));
		add(AtomicLong.class, "al", (output, value) -> output.writeVarLong(value.get(), false),
				(input) -> new AtomicLong(input.readVarLong(false)));
	}

	private static void writeDate(Output output, LocalDate date) {
		output.writeVarLong(date.toEpochDay(), false);
	}

	private static LocalDate readDate(Input input) {
		return LocalDate.ofEpochDay(input.readVarLong(false));
	}

	private static void writeTime(Output output, LocalTime time) {
		output.writeVarLong(time.toNanoOfDay(), true);
	}

	private static LocalTime readTime(Input input) {
		return LocalTime.ofNanoOfDay(input.readVarLong(true));
	}

	private static void writeDateTime(Output output, LocalDateTime dateTime) {
		writeDate(output, dateTime.toLocalDate());
		writeTime(output, dateTime.toLocalTime());
	}

	private static LocalDateTime readDateTime(Input input) {
		LocalDate date = readDate(input);
		return LocalDateTime.of(date, readTime(input));
	}

	private static void writeOffset(Output output, ZoneOffset offset) {
		output.writeVarInt(offset.getTotalSeconds(), false);
	}

	private static ZoneOffset readOffset(Input input) {
		return ZoneOffset.ofTotalSeconds(input.readVarInt(false));
	}

	private static void writeReplyTo(Output output, ReplyTo<?> to) {
		writePart(output, to.node());
		output.writeLong(to.request());
		writePart(output, to.requestType());
		String key = to.key();
		if (key != null) {
			writePart(output, key);
		}
	}

	private static ReplyTo<?> readReplyTo(Input input) {
		String node = readPart(input);
		long request = input.readLong();
		String requestType = readPart(input);
		return new ReplyTo<>(node, request, requestType, (Frames.remaining(input) > 0) ? readPart(input) : null);
	}

	private static void writePart(Output output, String text) {
		int start = Frames.open(output);
		Frames.text(output, text);
		Frames.close(output, start);
	}

	private static String readPart(Input input) {
		int length = Frames.length(input);
		int outer = input.limit();
		input.setLimit(input.position() + Math.max(0, length));
		String text = Frames.text(input);
		input.setLimit(outer);
		return text;
	}

}
