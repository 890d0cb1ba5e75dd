package dev.graft.conformance;

import dev.graft.model.Backbone;
import dev.graft.model.Pooling;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The backbones under test, one line each. Every base is opened once and shared by all tests: none may change it. */
enum BackboneUnderTest {
    BERT(TinyBert::open, Sizes.TINY, Pooling.MEAN),
    BERT_WITH_POOLER(TinyBert::open, Sizes.TINY.withPooler(), Pooling.POOLER),
    ROBERTA(TinyRoberta::open, Sizes.TINY, Pooling.CLS),
    DISTILBERT(TinyDistilBert::open, Sizes.TINY, Pooling.CLS),
    ALBERT(TinyAlbert::open, Sizes.TINY.withPooler(), Pooling.POOLER),
    ELECTRA(TinyElectra::open, Sizes.TINY, Pooling.CLS);

    private final Function<Sizes, Backbone> opener;
    private final Sizes sizes;
    private final Pooling pooling;
    private @Nullable Backbone base;

    BackboneUnderTest(Function<Sizes, Backbone> opener, Sizes sizes, Pooling pooling) {
        this.opener = opener;
        this.sizes = sizes;
        this.pooling = pooling;
    }

    /** The shared base, which stays open for as long as the tests run. */
    synchronized Backbone base() {
        if (base == null) {
            base = openAnother();
        }
        return base;
    }

    /** The same base, opened afresh; the caller closes it. */
    Backbone openAnother() {
        return opener.apply(sizes);
    }

    Sizes sizes() {
        return sizes;
    }

    Pooling pooling() {
        return pooling;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
}
