package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Scope;
import dev.graft.weights.TensorSource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The identity of a base: SHA-256 over family, sizes and the hashes of its tensors, by canonical name, [out, in], as fp32
 * values. Each tensor's hash is taken once, while the base is read.
 */
final class Fingerprint {
    private final String identity;
    private final Map<String, String> tensors = new TreeMap<>();

    /**
     * @param identity the family and those sizes that the tensors' shapes do not show
     */
    Fingerprint(String identity) {
        this.identity = identity;
    }

    void add(TensorSource source, String sourceName, String name) {
        MessageDigest digest = sha256();
        try (Scope scope = Scope.open()) {
            digest.update(
                    source.info(sourceName).dtype() == DType.FLOAT32
                            ? source.bytes(sourceName)
                            : source.read(sourceName).to(DType.FLOAT32).toBytes());
        }
        tensors.put(name, source.info(sourceName).shape() + HexFormat.of().formatHex(digest.digest()));
    }

    /** The hash over the tensors whose canonical name the predicate takes. */
    String of(Predicate<String> used) {
        StringBuilder all = new StringBuilder(identity);
        tensors.forEach((name, hash) -> {
            if (used.test(name)) {
                all.append('\n').append(name).append(' ').append(hash);
            }
        });
        return HexFormat.of().formatHex(sha256().digest(all.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
