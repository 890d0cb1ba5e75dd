package dev.graft.weights;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/**
 * No index of a TensorFlow bundle, however broken, does more than be refused. As an ordinary test it runs the saved inputs,
 * those of {@code SortedTableFuzzTestInputs} in the test resources. To search for new ones for a minute (one method at a time):
 *
 * <pre>JAZZER_FUZZ=1 ./mvnw -pl graft-core test -Dtest=SortedTableFuzzTest#readsOrRefusesEntries</pre>
 */
class SortedTableFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void readsOrRefuses(byte[] content) throws IOException {
        Fuzzing.readOrRefuse("bundle.index", content);
    }

    /** Entries in a table that is whole around them: the checksums stop random bytes from getting so far. */
    @FuzzTest(maxDuration = "1m")
    void readsOrRefusesEntries(byte[] entries) throws IOException {
        Fuzzing.readOrRefuse("bundle.index", new BundleBytes().raw(entries).index());
    }
}
