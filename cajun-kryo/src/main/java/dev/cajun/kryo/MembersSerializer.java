package dev.cajun.kryo;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.List;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.cajun.serialization.SerializationException;
import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A record by its components, or an object of another class by its fields. Each is found
 * by its name: unknown ones are skipped, missing ones are null, zero, false or empty.
 */
final class MembersSerializer extends ValueSerializer {

	private final Class<?> type;

	private final Constructor<?> constructor;

	/** By the parameter of a record's constructor; -1 for an ignored one. */
	private int[] parameters = {};

	private List<Member> members = List.of();

	MembersSerializer(Class<?> type, Constructor<?> constructor) {
		this.type = type;
		this.constructor = constructor;
	}

	/**
	 * Sets the members; only while the serializer is made. They may be of this very type.
	 * @param members what is written
	 * @param parameters the index of the member for each parameter of the constructor
	 */
	void members(List<Member> members, int[] parameters) {
		this.members = List.copyOf(members);
		this.parameters = parameters.clone();
	}

	List<Member> members() {
		return this.members;
	}

	@Override
	String label() {
		return "r";
	}

	@Override
	public void write(Kryo kryo, Output output, Object value) {
		if (value.getClass() != this.type) {
			throw new SerializationException(Kind.NOT_SERIALIZABLE, value.getClass().getName()
					+ " is not declared: use " + this.type.getName() + " itself, or make its base type sealed");
		}
		output.writeVarInt(((Session) kryo).layouts().number(this), true);
		for (Member member : this.members) {
			member.write(kryo, output, value);
		}
	}

	@Override
	public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
		Plan plan = ((Session) kryo).layouts().plan(input.readVarInt(true), this);
		@Nullable Object[] values = new @Nullable Object[this.members.size()];
		for (int i = 0; i < values.length; i++) {
			values[i] = this.members.get(i).absent();
		}
		for (int i = 0; i < plan.targets().length; i++) {
			int target = plan.targets()[i];
			String label = plan.labels().get(i);
			if (target < 0) {
				Member.skip(input, label);
			}
			else {
				values[target] = this.members.get(target).read(kryo, input, label);
			}
		}
		return this.type.isRecord() ? record(values) : object(values);
	}

	/** How this class reads what was written with a layout. */
	Plan plan(List<String> names, List<String> labels) {
		int[] targets = new int[names.size()];
		for (int i = 0; i < targets.length; i++) {
			targets[i] = target(names.get(i), labels.get(i));
		}
		return new Plan(targets, labels);
	}

	private int target(String name, String label) {
		for (int i = 0; i < this.members.size(); i++) {
			Member member = this.members.get(i);
			if (member.name().equals(name)) {
				if (!member.reads(label)) {
					throw new SerializationException(Kind.UNREADABLE,
							this.type.getName() + "." + name + " was written with another type than it has now, "
									+ member.field().getGenericType().getTypeName());
				}
				return i;
			}
		}
		return -1;
	}

	private Object record(@Nullable Object[] values) {
		Class<?>[] types = this.constructor.getParameterTypes();
		@Nullable Object[] arguments = new @Nullable Object[types.length];
		for (int i = 0; i < types.length; i++) {
			arguments[i] = (this.parameters[i] < 0) ? Primitive.zero(types[i]) : values[this.parameters[i]];
		}
		return create(arguments);
	}

	private Object object(@Nullable Object[] values) {
		Object made = create();
		for (int i = 0; i < values.length; i++) {
			try {
				this.members.get(i).field().set(made, values[i]);
			}
			catch (IllegalAccessException ex) {
				throw new KryoException(this.members.get(i).field() + " cannot be set", ex);
			}
		}
		return made;
	}

	private Object create(@Nullable Object... arguments) {
		try {
			return this.constructor.newInstance(arguments);
		}
		catch (InvocationTargetException ex) {
			throw new SerializationException(Kind.UNREADABLE,
					this.type.getName() + " does not take the values: " + ex.getCause(), ex.getCause());
		}
		catch (ReflectiveOperationException ex) {
			throw new KryoException(this.type.getName() + " cannot be made", ex);
		}
	}

	/**
	 * How what was written is read.
	 *
	 * @param targets the member for each written value, -1 for none
	 * @param labels what the bytes of each are
	 */
	record Plan(int[] targets, List<String> labels) {

	}

}
