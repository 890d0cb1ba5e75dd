package dev.graft.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.graft.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a safetensors header, token by token so that a hostile one is refused before it fills the memory, and
 * checks that its tensors cover the data without gap or overlap, as the reference reader does.
 */
final class SafetensorsHeaderReader {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Path file;
    private final JsonParser json;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<SafetensorsHeader.Entry> entries = new ArrayList<>();

    private SafetensorsHeaderReader(Path file, JsonParser json) {
        this.file = file;
        this.json = json;
    }

    /**
     * @param header the JSON text in UTF-8
     * @param dataBytes the size of what follows the header in the file
     */
    static SafetensorsHeader read(Path file, ByteBuffer header, long dataBytes) {
        try (JsonParser json = JSON.createParser(
                StandardCharsets.UTF_8.newDecoder().decode(header).toString())) {
            SafetensorsHeaderReader reader = new SafetensorsHeaderReader(file, json);
            reader.readObject();
            reader.checkCover(dataBytes);
            return new SafetensorsHeader(reader.metadata, reader.entries);
        } catch (CharacterCodingException e) {
            throw new WeightsException(
                    file, "the header is not UTF-8 text: the file is not safetensors or is broken", e);
        } catch (JsonProcessingException e) {
            throw new WeightsException(file, "the header is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new WeightsException(file, "cannot be read: " + e, e);
        }
    }

    private void readObject() throws IOException {
        expect(json.nextToken(), JsonToken.START_OBJECT, "the header");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            if (name.equals(SafetensorsHeader.METADATA)) {
                readMetadata();
            } else {
                entries.add(readEntry(name));
            }
        }
        if (json.nextToken() != null) {
            throw new WeightsException(file, "the header goes on after its JSON object");
        }
    }

    private void readMetadata() throws IOException {
        expect(json.currentToken(), JsonToken.START_OBJECT, SafetensorsHeader.METADATA);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            expect(json.nextToken(), JsonToken.VALUE_STRING, "%s '%s'".formatted(SafetensorsHeader.METADATA, key));
            metadata.put(key, json.getText());
        }
    }

    private SafetensorsHeader.Entry readEntry(String name) throws IOException {
        String tensor = "tensor '%s'".formatted(name);
        expect(json.currentToken(), JsonToken.START_OBJECT, tensor);
        DType dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> dtype = readDtype(tensor);
                case "shape" -> shape = readNumbers(tensor, field, TensorInfo.MAX_RANK);
                case "data_offsets" -> offsets = readNumbers(tensor, field, 2);
                default -> json.skipChildren();
            }
        }
        return entry(
                name,
                present(tensor, "dtype", dtype),
                present(tensor, "shape", shape),
                present(tensor, "data_offsets", offsets));
    }

    private DType readDtype(String tensor) throws IOException {
        expect(json.currentToken(), JsonToken.VALUE_STRING, tensor + " dtype");
        String name = json.getText();
        DType dtype = SafetensorsHeader.dtype(name);
        if (dtype == null) {
            throw new WeightsException(
                    file, "%s has dtype %s; read are %s".formatted(tensor, name, SafetensorsHeader.dtypeNames()));
        }
        return dtype;
    }

    private List<Long> readNumbers(String tensor, String field, int most) throws IOException {
        expect(json.currentToken(), JsonToken.START_ARRAY, tensor + " " + field);
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, tensor + " " + field);
            if (numbers.size() == most) {
                throw new WeightsException(file, "%s %s has more than %d numbers".formatted(tensor, field, most));
            }
            numbers.add(json.getLongValue());
        }
        return numbers;
    }

    private SafetensorsHeader.Entry entry(String name, DType dtype, List<Long> shape, List<Long> offsets) {
        TensorInfo info;
        try {
            info = new TensorInfo(name, dtype, shape);
        } catch (IllegalArgumentException e) {
            throw new WeightsException(file, String.valueOf(e.getMessage()), e);
        }
        if (offsets.size() != 2 || offsets.getFirst() < 0 || offsets.getLast() < offsets.getFirst()) {
            throw new WeightsException(
                    file,
                    "tensor '%s' data_offsets must be [begin, end] with 0 <= begin <= end: %s"
                            .formatted(name, offsets));
        }
        long begin = offsets.getFirst();
        long end = offsets.getLast();
        if (end - begin != info.byteSize()) {
            throw new WeightsException(
                    file,
                    "tensor '%s' of %s %s needs %d bytes, but its data_offsets %s hold %d"
                            .formatted(name, dtype, shape, info.byteSize(), offsets, end - begin));
        }
        return new SafetensorsHeader.Entry(info, begin, end);
    }

    private void checkCover(long dataBytes) {
        entries.sort(Comparator.comparingLong(SafetensorsHeader.Entry::begin)
                .thenComparingLong(SafetensorsHeader.Entry::end));
        long covered = 0;
        for (SafetensorsHeader.Entry entry : entries) {
            String name = entry.info().name();
            if (entry.end() > dataBytes) {
                throw new WeightsException(
                        file,
                        "the file is truncated: tensor '%s' ends at byte %d of %d; download it again"
                                .formatted(name, entry.end(), dataBytes));
            }
            if (entry.begin() != covered) {
                throw new WeightsException(
                        file,
                        entry.begin() < covered
                                ? "tensor '%s' at byte %d overlaps the one before, which ends at %d"
                                        .formatted(name, entry.begin(), covered)
                                : "there is a gap before tensor '%s': it begins at byte %d, the one before ends at %d"
                                        .formatted(name, entry.begin(), covered));
            }
            covered = entry.end();
        }
        if (covered != dataBytes) {
            throw new WeightsException(
                    file, "%d bytes after the last tensor belong to none".formatted(dataBytes - covered));
        }
    }

    private <T> T present(String tensor, String field, @Nullable T value) {
        if (value == null) {
            throw new WeightsException(file, "%s has no %s".formatted(tensor, field));
        }
        return value;
    }

    private void expect(@Nullable JsonToken found, JsonToken expected, String where) {
        if (found != expected) {
            throw new WeightsException(file, "%s must be %s: found %s".formatted(where, expected, found));
        }
    }
}
