package dev.graft.tensor;

import java.util.Locale;
import java.util.function.Supplier;

/** What every native call of this room shares: JavaCPP's settings, and libtorch's errors as typed exceptions. */
final class Native {
    static {
        // JavaCPP counts native memory and stops a program at twice the heap; tensors are not Java's to count.
        defaultProperty("org.bytedeco.javacpp.maxBytes", "0");
        defaultProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        defaultProperty("org.bytedeco.javacpp.logger", "slf4j");
    }

    private Native() {}

    private static void defaultProperty(String key, String value) {
        if (System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }

    /** Makes sure that the settings above stand before JavaCPP reads them. */
    static void initialize() {}

    static <T> T call(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (TensorException e) {
            throw e;
        } catch (RuntimeException e) {
            throw explain(e);
        }
    }

    /** libtorch's message without its C++ stack trace, as the exception that callers can tell apart. */
    static TensorException explain(RuntimeException error) {
        String message = firstLine(error);
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("can't allocate memory") || lower.contains("out of memory") || lower.contains("bad_alloc")) {
            return new OutOfMemoryException(message, error);
        }
        return new TensorException(message, error);
    }

    private static String firstLine(RuntimeException error) {
        String message = error.getMessage();
        if (message == null) {
            return error.getClass().getSimpleName();
        }
        int trace = message.indexOf("\nException raised from");
        String text = trace < 0 ? message : message.substring(0, trace);
        return text.strip().lines().findFirst().orElse(text);
    }
}
