package dev.graft.adapter;

import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One tensor of an adapter file and the parameters that it holds. Most hold one as it is; a prefix file holds the keys and
 * values of every layer in one tensor.
 *
 * @param key its name in the file
 * @param aliases other names by which the library knows the same tensor, in files or in the running model
 * @param parameters the names of the parameters, in the order in which they lie
 * @param layout how they lie
 */
public record StoredTensor(String key, Set<String> aliases, List<String> parameters, Layout layout) {
    /** How parameters lie in one tensor of a file. */
    public enum Layout {
        /** The one parameter as it is. */
        WHOLE {
            @Override
            long[] shape(long[] parameter, int parts) {
                return parameter;
            }
        },
        /** A vector [d] as [d, 1]. */
        COLUMN {
            @Override
            long[] shape(long[] parameter, int parts) {
                return new long[] {parameter[0], 1};
            }
        },
        /** A vector [d] as [1, d]. */
        ROW {
            @Override
            long[] shape(long[] parameter, int parts) {
                return new long[] {1, parameter[0]};
            }
        },
        /** Side by side: n parameters [l, d] make [l, n d]. */
        SIDE_BY_SIDE {
            @Override
            long[] shape(long[] parameter, int parts) {
                return new long[] {parameter[0], parts * parameter[1]};
            }
        },
        /** One below the other: n parameters [d, ..] make [n d, ..]. */
        BELOW {
            @Override
            long[] shape(long[] parameter, int parts) {
                long[] shape = parameter.clone();
                shape[0] *= parts;
                return shape;
            }
        },
        /** Side by side and without dimensions: n parameters [l, d] make [l n d]. */
        FLAT {
            @Override
            long[] shape(long[] parameter, int parts) {
                return new long[] {parameter[0] * parts * parameter[1]};
            }
        };

        abstract long[] shape(long[] parameter, int parts);

        private boolean holdsOne() {
            return this == WHOLE || this == COLUMN || this == ROW;
        }
    }

    public StoredTensor {
        aliases = Set.copyOf(aliases);
        parameters = List.copyOf(parameters);
        if (layout.holdsOne() && parameters.size() != 1) {
            throw new IllegalArgumentException("'%s' must hold one parameter: %s".formatted(key, parameters));
        }
    }

    /** One parameter under a key of its own. */
    static StoredTensor whole(String key, String parameter) {
        return new StoredTensor(key, Set.of(), List.of(parameter), Layout.WHOLE);
    }

    /** Whether it is known by this name. */
    public boolean isNamed(String name) {
        return key.equals(name) || aliases.contains(name);
    }

    /** Every name by which it is known, the key first. */
    Stream<String> names() {
        return Stream.concat(Stream.of(key), aliases.stream());
    }

    /** The shape in the file, when each parameter has the given one. */
    long[] shape(long[] parameter) {
        return layout.shape(parameter, parameters.size());
    }

    /**
     * A view of one parameter's values, owned by the innermost scope.
     *
     * @param stored the tensor of the file
     * @param index which of {@link #parameters}
     * @param shape the parameter's shape
     */
    public Tensor part(Tensor stored, int index, long[] shape) {
        return switch (layout) {
            case WHOLE, COLUMN, ROW -> stored.reshape(shape);
            case BELOW -> stored.narrow(0, index * shape[0], shape[0]);
            case SIDE_BY_SIDE, FLAT ->
                stored.reshape(shape[0], parameters.size(), shape[1]).select(1, index);
        };
    }

    /** The tensor of the file from the values of the parameters, which are all of one shape; owned by the innermost scope. */
    public Tensor join(List<Tensor> values) {
        Tensor all = switch (layout) {
            case WHOLE, COLUMN, ROW -> values.getFirst();
            case BELOW -> Tensor.concatenate(0, values.toArray(new Tensor[0]));
            case SIDE_BY_SIDE, FLAT -> Tensor.stacked(1, values);
        };
        return all.reshape(shape(values.getFirst().shape()));
    }
}
