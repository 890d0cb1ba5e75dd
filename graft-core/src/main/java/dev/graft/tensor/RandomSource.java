package dev.graft.tensor;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/**
 * Random numbers with an address: what is drawn depends on the seed and on the place it is drawn for, and on nothing
 * else in the process. So neither the order of attachment nor resuming changes a result.
 */
public final class RandomSource {
    private final long seed;

    public RandomSource(long seed) {
        this.seed = seed;
    }

    /** The source of one place below this one, such as a site, a tensor or a step. */
    public RandomSource at(String address) {
        return new RandomSource(hash(seed, address));
    }

    /** The source of one numbered place below this one. */
    public RandomSource at(long number) {
        return at(Long.toString(number));
    }

    /** FLOAT32 values from N(0, sigma) on the CPU. */
    public Tensor normal(double sigma, long... shape) {
        return draw(tensor -> tensor.normal_(0, sigma, generator()), shape);
    }

    /** FLOAT32 values from U(-bound, bound) on the CPU. */
    public Tensor uniform(double bound, long... shape) {
        return draw(tensor -> tensor.uniform_(-bound, bound, generator()), shape);
    }

    /** FLOAT32 values from N(0, sigma) cut off beyond two sigma, on the CPU, by the inverse distribution function. */
    public Tensor truncatedNormal(double sigma, long... shape) {
        double inside = 0.9544997361036416; // erf(sqrt 2): the mass within two sigma
        return draw(
                tensor ->
                        tensor.uniform_(-inside, inside, generator()).erfinv_().mul_(new Scalar(sigma * Math.sqrt(2))),
                shape);
    }

    /** Independent draws that are 1 with the given probability and 0 otherwise, in the shape, type and place of another tensor. */
    public Tensor bernoulli(double probability, Tensor like) {
        Tensor empty = Tensor.empty(like.dtype(), Device.CPU, like.shape());
        return Tensor.op(() -> empty.handle.bernoulli_(probability, generator()))
                .to(like.device());
    }

    /** A Java generator of this place, for shuffles and samples. */
    public SplittableRandom numbers() {
        return new SplittableRandom(seed);
    }

    private interface Fill {
        org.bytedeco.pytorch.Tensor into(org.bytedeco.pytorch.Tensor empty);
    }

    private static Tensor draw(Fill fill, long... shape) {
        return Tensor.op(() -> fill.into(Tensor.empty(DType.FLOAT32, Device.CPU, shape).handle));
    }

    private GeneratorOptional generator() {
        return new GeneratorOptional(torch.make_generator_cpu(seed));
    }

    private static long hash(long seed, String address) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
            return ByteBuffer.wrap(digest.digest(address.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
