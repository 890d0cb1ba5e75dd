package dev.graft.bench;

import java.io.IOException;

/** Whoever trains a cell of the grid. */
interface QualityTraining {
    QualityCell train(QualityCell.Key key) throws IOException;

    /** The peak rate that its search goes around. */
    double learningRate(String method);
}
