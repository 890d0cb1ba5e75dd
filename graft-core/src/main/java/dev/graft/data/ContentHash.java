package dev.graft.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A row's place in an order that looks random and depends on nothing but the row's texts, without surrounding blanks,
 * and a seed: the first eight bytes of a SHA-256, compared as an unsigned number.
 */
record ContentHash(long bits) implements Comparable<ContentHash> {
    static ContentHash of(Row row, long seed) {
        MessageDigest digest = sha256();
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
        Rows.update(digest, row.text().strip());
        Rows.update(digest, row.pair() == null ? null : row.pair().strip());
        return new ContentHash(ByteBuffer.wrap(digest.digest()).getLong());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public int compareTo(ContentHash other) {
        return Long.compareUnsigned(bits, other.bits);
    }
}
