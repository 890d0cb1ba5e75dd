package dev.graft.model;

/** What a projection is for, the same on every backbone. */
public enum Role {
    EMBEDDING_PROJECTION("embedding.projection"),
    QUERY("attention.query"),
    KEY("attention.key"),
    VALUE("attention.value"),
    ATTENTION_OUT("attention.output"),
    FFN_UP("ffn.up"),
    FFN_DOWN("ffn.down"),
    POOLER("pooler"),
    MASKED_LM("mlm.transform");

    private final String path;

    Role(String path) {
        this.path = path;
    }

    /** The name within a layer, or within the backbone for those outside the layers. */
    public String path() {
        return path;
    }

    /** Whether the projection belongs to the backbone as a whole and not to a layer. */
    public boolean isOutsideLayers() {
        return this == EMBEDDING_PROJECTION || this == POOLER || this == MASKED_LM;
    }
}
