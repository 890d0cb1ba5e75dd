package dev.graft.train;

import dev.graft.task.Metrics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Where a training stands between two batches: all that a checkpoint needs besides tensors. */
final class Progress {
    int epoch;
    int batchInEpoch;
    long rows;
    double lossSum;
    long lossRows;
    int best;
    final List<EpochResult> epochs = new ArrayList<>();

    void batchDone(int batchRows, double loss) {
        batchInEpoch++;
        rows += batchRows;
        lossSum += loss * batchRows;
        lossRows += batchRows;
    }

    /** Notes the end of an epoch; whether it is the best so far. */
    boolean epochDone(Metrics dev, double devLoss) {
        EpochResult result = new EpochResult(epoch + 1, lossSum / Math.max(1, lossRows), devLoss, dev);
        boolean better = best == 0 || result.isBetterThan(epochs.get(best - 1));
        epochs.add(result);
        if (better) {
            best = epoch + 1;
        }
        epoch++;
        batchInEpoch = 0;
        lossSum = 0;
        lossRows = 0;
        return better;
    }

    /**
     * Whether so many epochs brought neither a better result nor a lower loss. On few rows the result moves by chance; while the
     * loss falls, however little, the training still learns.
     */
    boolean outOfPatience(int patience) {
        return patience > 0 && best > 0 && epoch - Math.max(best, lowestLoss()) >= patience;
    }

    private int lowestLoss() {
        return epochs.stream()
                .min(Comparator.comparingDouble(EpochResult::devLoss))
                .map(EpochResult::epoch)
                .orElse(0);
    }
}
