package dev.graft.weights;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/**
 * No archive of PyTorch's, however broken, does more than be refused. As an ordinary test it runs the saved inputs, those of
 * {@code TorchFuzzTestInputs} in the test resources. To search for new ones for a minute (one method at a time):
 *
 * <pre>JAZZER_FUZZ=1 ./mvnw -pl graft-core test -Dtest=TorchFuzzTest#readsOrRefusesPickles</pre>
 */
class TorchFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void readsOrRefuses(byte[] content) throws IOException {
        Fuzzing.readOrRefuse("model.bin", content);
    }

    /** A pickle in an archive that is whole around it: the checksums stop random bytes from getting so far. */
    @FuzzTest(maxDuration = "1m")
    void readsOrRefusesPickles(byte[] pickle) throws IOException {
        Fuzzing.readOrRefuse(
                "model.bin", new TorchBytes().file("data/0", new byte[512]).zip(pickle));
    }
}
