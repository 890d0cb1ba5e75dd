package dev.graft.data;

import java.io.BufferedReader;
import java.io.IOException;

/**
 * The beginning of a file, from which its format, quoting, header and columns are told before the first row is read.
 *
 * @param head up to 1 Mi characters: enough to hold hundreds of rows, and small beside a base
 * @param whole whether that is the whole file
 */
record Sample(String head, boolean whole) {
    private static final int LIMIT = 1 << 20;

    /** Reads ahead and takes the reader back to where it was. */
    static Sample of(BufferedReader reader) throws IOException {
        // One more than is read: a reader may drop its mark when the limit itself is reached.
        reader.mark(LIMIT + 1);
        char[] head = new char[LIMIT];
        int length = 0;
        int count = 0;
        while (count >= 0 && length < LIMIT) {
            length += count;
            count = reader.read(head, length, LIMIT - length);
        }
        reader.reset();
        return new Sample(new String(head, 0, length), count < 0);
    }

    /** The first line that is not blank, or an empty text. */
    String firstLine() {
        return head.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
    }
}
