package dev.graft.text;

/**
 * The token ids of a text, or of a pair of texts, special tokens included, never padded.
 *
 * @param ids one id per token
 * @param typeIds which text each token belongs to: 0 for the first, 1 for the second; as long as {@code ids}
 * @param marks what each token is in a template: {@link #TOKEN}, the number of a pseudo token from 1 on, or {@link #ANSWER};
 *     empty for a text that no template wrote
 */
@SuppressWarnings("ArrayRecordComponent") // read token by token in the inner loop of batching, never compared
public record Encoding(int[] ids, int[] typeIds, int[] marks) {
    /** A word of the text, of the template, or a special token. */
    public static final int TOKEN = 0;

    /** The mask that asks for a word. */
    public static final int ANSWER = -1;

    /** A text that no template wrote. */
    public Encoding(int[] ids, int[] typeIds) {
        this(ids, typeIds, new int[0]);
    }

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
