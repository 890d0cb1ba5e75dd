package dev.graft.model;

/** How the hidden states of a text become one vector for its head. */
public enum Pooling {
    /** The hidden state of the first position. */
    CLS,
    /** The mean over the text's positions, padding left out. */
    MEAN,
    /** The first position through the base's own pooler, a dense layer and tanh. */
    POOLER,
    /** The hidden state of the mask's position. */
    ANSWER,
    /** The mask's position through the base's own masked-LM transform, which ends in the space of the words. */
    MASK
}
