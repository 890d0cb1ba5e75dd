package dev.graft.task;

import java.util.List;

/** One number for each text. */
public record Regression() implements Task {
    static final String NAME = "regression";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> labels() {
        return List.of();
    }

    @Override
    public int outputs() {
        return 1;
    }

    /**
     * The number a label stands for.
     *
     * @param where the label's place for the error message, like {@code dev.csv, line 12}
     * @throws LabelException if the label is no number, or one too large for single precision, in which is trained
     */
    public double value(String label, String where) {
        if (!Numeric.isNumber(label)) {
            throw new LabelException(where + ": label \"" + label + "\" is not a number; regression needs one");
        }
        double value = Double.parseDouble(label);
        if (Math.abs(value) > Float.MAX_VALUE) {
            throw new LabelException(where + ": label " + label + " is out of range, at most " + Float.MAX_VALUE);
        }
        return value;
    }
}
