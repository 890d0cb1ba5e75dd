package dev.graft.weights;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/**
 * No safetensors header or data, however broken, does more than be refused. As an ordinary test it runs the saved inputs, those of
 * {@code SafetensorsFuzzTestInputs} in the test resources. To search for new ones for a minute:
 *
 * <pre>JAZZER_FUZZ=1 ./mvnw -pl graft-core test -Dtest=SafetensorsFuzzTest</pre>
 */
class SafetensorsFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void readsOrRefuses(byte[] content) throws IOException {
        Fuzzing.readOrRefuse("model.safetensors", content);
    }
}
