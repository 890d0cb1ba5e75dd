package dev.graft.text;

/**
 * The token ids of a text, or of a pair of texts, special tokens included, never padded.
 *
 * @param ids one id per token
 * @param typeIds which text each token belongs to: 0 for the first, 1 for the second; as long as {@code ids}
 */
@SuppressWarnings("ArrayRecordComponent") // read token by token in the inner loop of batching, never compared
public record Encoding(int[] ids, int[] typeIds) {
    public Encoding {
        if (ids.length != typeIds.length) {
            throw new IllegalArgumentException(
                    "as many type ids as ids expected: " + typeIds.length + " type ids, " + ids.length + " ids");
        }
    }

    /** The number of tokens. */
    public int length() {
        return ids.length;
    }
}
