package dev.graft.weights;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a pickle of dictionaries, tuples, texts and whole numbers, as {@code torch.save} writes it (protocol 2). Nothing is
 * executed: a global is a name that {@link Globals} must know, a call of one is Java code, and every opcode that could do
 * more is refused by its name. Time and memory are bounded by the length of the pickle.
 *
 * <p>Values come out as {@link Map}, {@link List}, {@link String}, {@link Long}, {@link Boolean}, {@link Global}, and what
 * {@link Globals} makes.
 */
final class PickleReader {
    /** The name of a Python function or class, {@code module.name}. */
    record Global(String name) {}

    /** What a pickle may name, and what becomes of it; a problem is reported by {@link IllegalArgumentException}. */
    interface Globals {
        /** Whether a pickle may name it at all. */
        boolean knows(Global global);

        /** What a global gives, called with these arguments. */
        Object call(Global global, List<?> arguments);

        /** What stands outside the pickle under this id. */
        Object persistent(List<?> id);
    }

    private static final Object MARK = new Object();

    private final Path file;
    private final ByteBuffer pickle;
    private final Globals globals;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    PickleReader(Path file, ByteBuffer pickle, Globals globals) {
        this.file = file;
        this.pickle = pickle.slice().order(ByteOrder.LITTLE_ENDIAN);
        this.globals = globals;
    }

    /**
     * The one value of the pickle.
     *
     * @throws WeightsException where it is broken, or names or does what is not allowed
     */
    Object read() {
        try {
            PickleOpcode opcode = next();
            while (opcode != PickleOpcode.STOP) {
                apply(opcode);
                opcode = next();
            }
            return pop(Object.class);
        } catch (BufferUnderflowException e) {
            throw broken("it ends too early");
        } catch (IllegalArgumentException e) {
            throw broken(String.valueOf(e.getMessage()));
        }
    }

    private PickleOpcode next() {
        byte code = pickle.get();
        PickleOpcode opcode = PickleOpcode.of(code);
        if (opcode == null) {
            throw broken("there is no opcode 0x%02x".formatted(code));
        }
        return opcode;
    }

    private void apply(PickleOpcode opcode) {
        switch (opcode) {
            case PROTO -> pickle.get();
            case MARK -> stack.add(MARK);
            case EMPTY_DICT -> stack.add(new LinkedHashMap<String, Object>());
            case EMPTY_TUPLE -> stack.add(List.of());
            case TUPLE -> stack.add(popToMark());
            case TUPLE1 -> stack.add(popTuple(1));
            case TUPLE2 -> stack.add(popTuple(2));
            case TUPLE3 -> stack.add(popTuple(3));
            case NEWTRUE -> stack.add(true);
            case NEWFALSE -> stack.add(false);
            case BININT -> stack.add((long) pickle.getInt());
            case BININT1 -> stack.add((long) Byte.toUnsignedInt(pickle.get()));
            case BININT2 -> stack.add((long) Short.toUnsignedInt(pickle.getShort()));
            case LONG1 -> stack.add(longNumber(Byte.toUnsignedInt(pickle.get())));
            case BINUNICODE -> stack.add(text(pickle.getInt()));
            case GLOBAL -> stack.add(global());
            case BINPERSID -> stack.add(globals.persistent(pop(List.class)));
            case REDUCE -> {
                List<?> arguments = pop(List.class);
                stack.add(globals.call(pop(Global.class), arguments));
            }
            case BUILD -> {
                // An OrderedDict's own attributes, such as the versions of its modules: nothing that a tensor needs.
                pop(Map.class);
                peek(Map.class);
            }
            case SETITEM -> setItems(popTuple(2));
            case SETITEMS -> setItems(popToMark());
            case BINPUT -> memo.put(Byte.toUnsignedInt(pickle.get()), peek(Object.class));
            case LONG_BINPUT -> memo.put(pickle.getInt(), peek(Object.class));
            case BINGET -> stack.add(remembered(Byte.toUnsignedInt(pickle.get())));
            case LONG_BINGET -> stack.add(remembered(pickle.getInt()));
            default -> throw broken("opcode %s is not allowed: no file of tensors needs it".formatted(opcode));
        }
    }

    private long longNumber(int bytes) {
        if (bytes > Long.BYTES) {
            throw broken("a number has %d bytes".formatted(bytes));
        }
        long number = 0;
        for (int shift = 0; shift < bytes * Byte.SIZE; shift += Byte.SIZE) {
            number |= Byte.toUnsignedLong(pickle.get()) << shift;
        }
        int unused = Long.SIZE - bytes * Byte.SIZE;
        return bytes == 0 ? 0 : number << unused >> unused;
    }

    private String text(int length) {
        if (length < 0 || length > pickle.remaining()) {
            throw broken("a text has %s bytes, but only %d follow"
                    .formatted(Integer.toUnsignedString(length), pickle.remaining()));
        }
        byte[] bytes = new byte[length];
        pickle.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Global global() {
        Global global = new Global(line() + "." + line());
        if (!globals.knows(global)) {
            throw new WeightsException(
                    file,
                    "names '%s', which no file of tensors needs and which is not run; save the tensors alone, as safetensors"
                            .formatted(global.name()));
        }
        return global;
    }

    private String line() {
        for (int length = 0; length < pickle.remaining(); length++) {
            if (pickle.get(pickle.position() + length) == '\n') {
                String line = text(length);
                pickle.get();
                return line;
            }
        }
        throw broken("a name does not end");
    }

    private void setItems(List<Object> items) {
        @SuppressWarnings("unchecked") // only EMPTY_DICT and OrderedDict make one, both with texts as keys
        Map<String, Object> target = peek(Map.class);
        if (items.size() % 2 != 0) {
            throw broken("a dictionary's last key has no value");
        }
        for (int i = 0; i < items.size(); i += 2) {
            target.put(checked(items.get(i), String.class), items.get(i + 1));
        }
    }

    private Object remembered(int index) {
        Object value = memo.get(index);
        if (value == null) {
            throw broken("nothing is remembered as " + index);
        }
        return value;
    }

    private <T> T peek(Class<T> type) {
        if (stack.isEmpty()) {
            throw broken("a value is missing");
        }
        return checked(stack.getLast(), type);
    }

    private <T> T pop(Class<T> type) {
        T value = peek(type);
        stack.removeLast();
        return value;
    }

    private List<Object> popTuple(int size) {
        Object[] values = new Object[size];
        for (int i = size - 1; i >= 0; i--) {
            values[i] = pop(Object.class);
        }
        return List.of(values);
    }

    private List<Object> popToMark() {
        int mark = stack.lastIndexOf(MARK);
        if (mark < 0) {
            throw broken("a mark is missing");
        }
        List<Object> above = stack.subList(mark + 1, stack.size());
        List<Object> values = List.copyOf(above);
        above.clear();
        stack.removeLast();
        return values;
    }

    /** A value that is what it must be. The value itself stays out of the message: it may hold itself. */
    private <T> T checked(Object value, Class<T> type) {
        if (value == MARK || !type.isInstance(value)) {
            throw broken("a %s is not a %s".formatted(value == MARK ? "mark" : kind(value.getClass()), kind(type)));
        }
        return type.cast(value);
    }

    private static String kind(Class<?> type) {
        return Map.class.isAssignableFrom(type)
                ? "Map"
                : List.class.isAssignableFrom(type) ? "List" : type.getSimpleName();
    }

    private WeightsException broken(String problem) {
        return new WeightsException(
                file,
                "is broken, truncated or not made of tensors alone (pickle, byte %d: %s)"
                        .formatted(pickle.position(), problem));
    }
}
