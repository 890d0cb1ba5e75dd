package dev.graft.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** The formats of a file of tensors, told apart by their first and last bytes. */
enum FileFormat {
    SAFETENSORS,
    SAFETENSORS_INDEX,
    ONNX,
    TENSORFLOW_INDEX,
    TORCH;

    private static final int HEAD = 64;

    /** The format of a file, or an error that says what it is instead. */
    static FileFormat of(Path file) {
        if (Files.isDirectory(file)) {
            throw new WeightsException(file, "is a directory; name the file in it, such as model.safetensors");
        }
        if (!Files.exists(file)) {
            throw new WeightsException(file, "no such file");
        }
        byte[] head = head(file);
        // First of all: any other format's first bytes may be the length of a header.
        if (looksLikeSafetensors(head)) {
            return SAFETENSORS;
        }
        refuse(file, head);
        if (head[0] == 'P' && head.length > 1 && head[1] == 'K') {
            return TORCH;
        }
        String name = file.getFileName().toString();
        // A broken file of a known name goes to its reader, which tells what is broken.
        if (name.endsWith(".safetensors")) {
            return SAFETENSORS;
        }
        if (head[0] == '{' || name.endsWith(".index.json")) {
            return SAFETENSORS_INDEX;
        }
        if (SortedTable.isMagic(lastLong(file)) || name.endsWith(".index")) {
            return TENSORFLOW_INDEX;
        }
        if (looksLikeOnnx(head) || name.endsWith(".onnx")) {
            return ONNX;
        }
        throw new WeightsException(
                file,
                "is not a file of tensors; safetensors, torch.save's zip archives, ONNX and TensorFlow's .index files are read");
    }

    private static void refuse(Path file, byte[] head) {
        if (head.length == 0) {
            throw new WeightsException(file, "the file is empty; download or copy it again");
        }
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.startsWith("version https://git-lfs")) {
            throw new WeightsException(
                    file, "is a git-lfs pointer, not the file itself; fetch the file with 'git lfs pull'");
        }
        String page = text.replace("\u00ef\u00bb\u00bf", "").stripLeading().toLowerCase(Locale.ROOT);
        if (page.startsWith("<!doctype") || page.startsWith("<html") || page.startsWith("<?xml")) {
            throw new WeightsException(
                    file, "is a web page saved under this name; download the file itself (a login may be needed)");
        }
        if (isPickle(head)) {
            throw new WeightsException(
                    file,
                    "is a bare pickle, as PyTorch wrote before 1.6; convert it with: python -c \"import torch;"
                            + " torch.save(torch.load('%1$s', map_location='cpu', weights_only=True), '%1$s')\""
                                    .formatted(file.getFileName()));
        }
    }

    /** A pickle begins with opcode PROTO and the protocol's number. */
    private static boolean isPickle(byte[] head) {
        return head.length > 1 && head[0] == (byte) PickleOpcode.PROTO.code && head[1] >= 2 && head[1] <= 5;
    }

    private static boolean looksLikeSafetensors(byte[] head) {
        return head.length > Long.BYTES
                && head[Long.BYTES] == '{'
                && Long.compareUnsigned(littleEndian(head), SafetensorsHeader.MAX_BYTES) <= 0;
    }

    /** Exporters write ir_version first: field 1, a small number. */
    private static boolean looksLikeOnnx(byte[] head) {
        return head.length > 2 && head[0] == 0x08 && head[1] > 0 && head[1] < 32;
    }

    private static byte[] head(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(HEAD);
        } catch (IOException e) {
            throw new WeightsException(file, "cannot be read: " + e, e);
        }
    }

    private static long lastLong(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer tail = ByteBuffer.allocate(Long.BYTES);
            int read = channel.read(tail, Math.max(0, channel.size() - Long.BYTES));
            return read == Long.BYTES ? littleEndian(tail.array()) : 0;
        } catch (IOException e) {
            throw new WeightsException(file, "cannot be read: " + e, e);
        }
    }

    private static long littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
