package dev.graft.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The characters of a file in UTF-8, with or without a byte-order mark, or in UTF-16 with one. Bytes that are no such
 * text, and NUL characters, are a {@link DataException} with line and offset: the JDK's own decoders would put
 * replacement characters in their place, and a model would be trained on them.
 */
final class StrictText extends Reader {
    private static final int BLOCK = 1 << 16;

    private final InputStream stream;
    private final String source;
    private final ByteBuffer bytes = ByteBuffer.allocate(BLOCK).flip();
    private final CharBuffer chars = CharBuffer.allocate(BLOCK).flip();
    private final CharsetDecoder decoder;
    private long offset;
    private long line = 1;
    private boolean afterReturn;
    private boolean atEnd;

    StrictText(InputStream stream, String source) throws IOException {
        this.stream = stream;
        this.source = source;
        while (bytes.remaining() < 4 && !atEnd) {
            fill();
        }
        refuseBinary();
        this.decoder = skipMark()
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    @Override
    public int read(char[] target, int start, int length) throws IOException {
        while (!chars.hasRemaining()) {
            if (atEnd && !bytes.hasRemaining()) {
                return -1;
            }
            decode();
        }
        int count = Math.min(length, chars.remaining());
        chars.get(target, start, count);
        return count;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    private void decode() throws IOException {
        chars.clear();
        CoderResult result = decoder.decode(bytes, chars, atEnd);
        chars.flip();
        countLines();
        if (result.isError()) {
            throw notText();
        }
        if (!chars.hasRemaining() && !atEnd) {
            fill();
        }
    }

    private void fill() throws IOException {
        offset += bytes.position();
        bytes.compact();
        int count = stream.read(bytes.array(), bytes.position(), bytes.remaining());
        atEnd = count < 0;
        bytes.position(bytes.position() + Math.max(count, 0)).flip();
    }

    private Charset skipMark() {
        if (startsWith(0xEF, 0xBB, 0xBF)) {
            bytes.position(3);
            return StandardCharsets.UTF_8;
        }
        boolean little = startsWith(0xFF, 0xFE);
        if (little || startsWith(0xFE, 0xFF)) {
            bytes.position(2);
            return little ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE;
        }
        return StandardCharsets.UTF_8;
    }

    private void refuseBinary() {
        if (startsWith(0x1F, 0x8B)) {
            throw new DataException(source + " is compressed with gzip; unpack it first: gunzip FILE");
        }
        if (startsWith('P', 'K', 3, 4)) {
            throw new DataException(source + " is a zip archive or a spreadsheet; save its sheet as CSV (UTF-8)");
        }
        if (startsWith('P', 'A', 'R', '1')) {
            throw new DataException(source + " is a Parquet file; convert it to CSV or JSONL first");
        }
    }

    private boolean startsWith(int... wanted) {
        return bytes.limit() >= wanted.length
                && Arrays.equals(Arrays.copyOf(bytes.array(), wanted.length), toBytes(wanted));
    }

    private static byte[] toBytes(int[] values) {
        byte[] result = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = (byte) values[i];
        }
        return result;
    }

    private void countLines() {
        for (int i = chars.position(); i < chars.limit(); i++) {
            char c = chars.get(i);
            if (c == 0) {
                throw DataException.at(
                        source,
                        line,
                        "holds a NUL character, so it is damaged, binary, or UTF-16 without a byte-order mark."
                                + " For the last: iconv -f utf-16le -t utf-8 FILE > FILE.utf8");
            }
            if (c == '\r' || (c == '\n' && !afterReturn)) {
                line++;
            }
            afterReturn = c == '\r';
        }
    }

    private DataException notText() {
        return DataException.at(
                source,
                line,
                "byte 0x%02X at offset %d is not %s text. Convert the file first, e.g. from Latin-1:"
                                .formatted(bytes.get(bytes.position()), offset + bytes.position(), decoder.charset())
                        + " iconv -f latin1 -t utf-8 FILE > FILE.utf8");
    }
}
