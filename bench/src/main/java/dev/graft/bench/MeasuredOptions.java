package dev.graft.bench;

import dev.graft.Base;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.model.Pooling;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** On what is measured, and how often. */
class MeasuredOptions {
    @Option(names = "--data", defaultValue = "sst2", description = "sst2, books or a file (default: ${DEFAULT-VALUE})")
    String data = "sst2";

    @Option(names = "--base", defaultValue = "minilm", description = "the base (default: ${DEFAULT-VALUE})")
    String base = "minilm";

    @Option(names = "--pooling", description = "what the head reads: mean, cls (default: as the base does)")
    @Nullable String pooling;

    @Option(names = "--dtype", defaultValue = "auto", description = "fp32, bf16 or auto (default: ${DEFAULT-VALUE})")
    String dtype = "auto";

    @Option(names = "--rounds", defaultValue = "5", description = "measured rounds (default: ${DEFAULT-VALUE})")
    int rounds = 5;

    BaseFiles files() {
        BaseFiles files = Hub.standard().resolve(base);
        return pooling == null ? files : files.pooledBy(Pooling.valueOf(pooling.toUpperCase(Locale.ROOT)));
    }

    Base open() {
        return Base.open(files(), Precision.named(dtype), Device.CPU);
    }
}
