package dev.graft.bench;

import dev.graft.Base;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.model.Pooling;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** On what is measured, and how often. */
class MeasuredOptions {
    @Option(names = "--data", defaultValue = "sst2", description = "sst2, books or a file (default: ${DEFAULT-VALUE})")
    String data = "sst2";

    @Option(names = "--base", defaultValue = "minilm", description = "the base (default: ${DEFAULT-VALUE})")
    String base = "minilm";

    @Option(names = "--pooling", description = "what the head reads: mean or cls (default: as the base does)")
    @Nullable String pooling;

    @Option(names = "--dtype", defaultValue = "auto", description = "fp32, bf16 or auto (default: ${DEFAULT-VALUE})")
    String dtype = "auto";

    @Option(names = "--rounds", defaultValue = "5", description = "measured rounds (default: ${DEFAULT-VALUE})")
    int rounds = 5;

    BaseFiles files() {
        BaseFiles files = Hub.standard().resolve(base);
        return switch (pooling) {
            case null -> files;
            case "mean" -> files.pooledBy(Pooling.MEAN);
            case "cls" -> files.pooledBy(Pooling.CLS);
            default -> throw new IllegalArgumentException("--pooling must be mean or cls: " + pooling);
        };
    }

    Base open() {
        return Base.open(files(), Precision.named(dtype), Device.CPU);
    }
}
