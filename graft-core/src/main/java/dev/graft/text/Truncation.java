package dev.graft.text;

/**
 * Cuts an encoding to a length, the longer text first, the special tokens kept, as Hugging Face's tokenizers library
 * does under {@code longest_first}.
 *
 * <p>The library keeps its truncation inside the native tokenizer, where a call's own maximum would be seen by other
 * threads; cutting afterwards leaves the tokenizer unchanged and gives the same ids.
 */
final class Truncation {
    private Truncation() {}

    static Encoding cut(ai.djl.huggingface.tokenizers.Encoding whole, int maxLength) {
        long[] ids = whole.getIds();
        long[] special = whole.getSpecialTokenMask();
        long[] sequences = whole.getSequenceIds();
        int[] lengths = new int[2];
        for (int i = 0; i < ids.length; i++) {
            if (special[i] == 0) {
                lengths[sequences[i] == 1 ? 1 : 0]++;
            }
        }
        int specials = ids.length - lengths[0] - lengths[1];
        int[] kept = ids.length <= maxLength ? lengths : longestFirst(lengths, maxLength - specials, specials);
        return keep(whole, kept, specials + kept[0] + kept[1]);
    }

    /** How many tokens of either text stay when {@code budget} may. */
    private static int[] longestFirst(int[] lengths, int budget, int specials) {
        if (budget < 1) {
            throw new IllegalArgumentException("maxLength must be >= " + (specials + 1) + ", since the tokenizer adds "
                    + specials + " special tokens: " + (budget + specials));
        }
        int shorter = Math.min(lengths[0], lengths[1]);
        int longer = shorter > budget ? shorter : Math.max(shorter, budget - shorter);
        if (shorter + longer > budget) {
            shorter = budget / 2;
            longer = budget - shorter;
        }
        return lengths[0] > lengths[1] ? new int[] {longer, shorter} : new int[] {shorter, longer};
    }

    private static Encoding keep(ai.djl.huggingface.tokenizers.Encoding whole, int[] kept, int length) {
        long[] special = whole.getSpecialTokenMask();
        long[] sequences = whole.getSequenceIds();
        int[] ids = new int[length];
        int[] typeIds = new int[length];
        int[] seen = new int[2];
        int next = 0;
        for (int i = 0; i < special.length; i++) {
            int sequence = sequences[i] == 1 ? 1 : 0;
            if (special[i] != 0 || seen[sequence]++ < kept[sequence]) {
                ids[next] = Math.toIntExact(whole.getIds()[i]);
                typeIds[next++] = Math.toIntExact(whole.getTypeIds()[i]);
            }
        }
        return new Encoding(ids, typeIds);
    }
}
