package dev.graft.bench;

import java.util.Comparator;
import java.util.List;

/** The search for one method's learning rate: the same rows and seed with each candidate. */
record QualitySearch(List<QualityCell> candidates) {
    /** The candidate with the best score on the held-back rows. */
    QualityCell best() {
        return candidates.stream()
                .max(Comparator.comparingDouble(QualityCell::held))
                .orElseThrow();
    }
}
