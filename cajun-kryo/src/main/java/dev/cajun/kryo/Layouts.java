package dev.cajun.kryo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/**
 * The layouts of the classes in one value: which components they had, under which names,
 * when it was written. An object says by number which one is its own.
 */
final class Layouts {

	private final List<MembersSerializer> written = new ArrayList<>();

	private final IdentityHashMap<MembersSerializer, Integer> numbers = new IdentityHashMap<>();

	private final List<Read> read = new ArrayList<>();

	void clear() {
		this.written.clear();
		this.numbers.clear();
		this.read.clear();
	}

	/** The number of a class in the value that is being written. */
	int number(MembersSerializer serializer) {
		Integer known = this.numbers.putIfAbsent(serializer, this.written.size());
		if (known != null) {
			return known;
		}
		this.written.add(serializer);
		return this.written.size() - 1;
	}

	void write(Output output) {
		output.writeVarInt(this.written.size(), true);
		for (MembersSerializer serializer : this.written) {
			List<Member> members = serializer.members();
			output.writeVarInt(members.size(), true);
			for (Member member : members) {
				output.writeBytes(member.header());
			}
		}
	}

	/** How a member is announced. */
	static byte[] header(String name, String label) {
		Output output = new Output(64, Integer.MAX_VALUE);
		write(output, name);
		write(output, label);
		return output.toBytes();
	}

	private static void write(Output output, String text) {
		byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
		output.writeVarInt(utf8.length, true);
		output.writeBytes(utf8);
	}

	/** Reads up to the end of the input. */
	void read(Input input) {
		for (int count = Frames.count(input); count > 0; count--) {
			int members = Frames.count(input);
			List<String> names = new ArrayList<>(members);
			List<String> labels = new ArrayList<>(members);
			for (int i = 0; i < members; i++) {
				names.add(text(input));
				labels.add(text(input));
			}
			this.read.add(new Read(names, labels, new IdentityHashMap<>()));
		}
		if (Frames.remaining(input) != 0) {
			throw new KryoException("there is something behind the value");
		}
	}

	private static String text(Input input) {
		int length = Frames.count(input);
		String text = new String(input.getBuffer(), input.position(), length, StandardCharsets.UTF_8);
		input.setPosition(input.position() + length);
		return text;
	}

	/** The layout of this number, as a class of today sees it. */
	MembersSerializer.Plan plan(int number, MembersSerializer serializer) {
		if (number < 0 || number >= this.read.size()) {
			throw new KryoException("a layout is missing");
		}
		Read layout = this.read.get(number);
		MembersSerializer.Plan known = layout.plans().get(serializer);
		if (known == null) {
			known = serializer.plan(layout.names(), layout.labels());
			layout.plans().put(serializer, known);
		}
		return known;
	}

	/**
	 * A layout that was read.
	 *
	 * @param names the names of the members
	 * @param labels what their bytes are
	 * @param plans how each class that has it reads it
	 */
	private record Read(List<String> names, List<String> labels,
			IdentityHashMap<MembersSerializer, MembersSerializer.Plan> plans) {

	}

}
