package dev.graft.tensor;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch;

/**
 * Where a tensor lives and is computed.
 *
 * @param kind the processor
 * @param index which one of several accelerators; 0 for the CPU
 */
public record Device(Kind kind, int index) {
    /** The kinds of processor that Graft computes on. */
    public enum Kind {
        CPU,
        CUDA
    }

    public static final Device CPU = new Device(Kind.CPU, 0);

    /**
     * Parses {@code cpu}, {@code cuda}, {@code cuda:1} or {@code auto} (the first GPU where there is one).
     *
     * @throws IllegalArgumentException for anything else
     * @throws TensorException for a GPU that this machine, or this build, does not have
     */
    public static Device parse(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "cpu" -> CPU;
            case "auto" -> cudaAvailable() ? cuda(0) : CPU;
            case "cuda" -> cuda(0);
            default -> {
                if (!name.matches("cuda:\\d{1,3}")) {
                    throw new IllegalArgumentException("device must be cpu, cuda, cuda:N or auto: " + text);
                }
                yield cuda(Integer.parseInt(name.substring("cuda:".length())));
            }
        };
    }

    /** Whether the CUDA natives are on the class path and a GPU answers. */
    public static boolean cudaAvailable() {
        Native.initialize();
        return torch.cuda_is_available();
    }

    private static Device cuda(int index) {
        if (!cudaAvailable()) {
            throw new TensorException("no CUDA device: build with the Maven profile 'cuda' on a machine with a GPU and"
                    + " CUDA 13's libraries, or use --device cpu");
        }
        // cuDNN's attention backward fails where the installed cuDNN is older than the build's; flash is as fast.
        torch.globalContext().setSDPUseCuDNN(false);
        return new Device(Kind.CUDA, index);
    }

    org.bytedeco.pytorch.Device toNative() {
        return new org.bytedeco.pytorch.Device(toString());
    }

    @Override
    public String toString() {
        return kind == Kind.CPU ? "cpu" : "cuda:" + index;
    }
}
