package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.model.ModelException;
import dev.graft.model.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations and files that are no base are refused with the reason. */
class FamiliesTest {
    private static final String SIZES = TinyBert.config("%s", Sizes.TINY, 32, "%s");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            roberta | "pad_token_id": 31                              | pad_token_id, behind which positions begin, must be in 0 to 30: 31
            roberta | "pad_token_id": -1                              | must be in 0 to 30: -1
            roberta | "position_embedding_type": "relative_key"       | position_embedding_type must be absolute: relative_key
            roberta | "is_decoder": true                              | a roberta with is_decoder is not an encoder
            electra | "embedding_size": 0                             | embedding_size must be a positive integer: 0
            albert  | "hidden_size": 16                               | embedding_size must be a positive integer: missing
            albert  | "embedding_size": 8, "num_hidden_groups": 4     | num_hidden_groups must be at most num_hidden_layers: 4 and 3
            distilbert | "dim": 16                                    | n_layers must be a positive integer: missing
            bert    | "num_attention_heads": 3                        | the number of heads must divide the hidden size: 3 heads, 16 wide
            gpt9    | "hidden_size": 16                               | model_type must be albert, bert, distilbert, electra, roberta: 'gpt9'
            """)
    void aConfigurationThatDoesNotFitIsRefused(String family, String keys, String reason) {
        assertThatThrownBy(() -> open(family, keys, Pooling.CLS))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aMissingTensorIsNamedAsItsFamilyNamesIt() {
        assertThatThrownBy(() -> open("roberta", "\"pad_token_id\": 1", Pooling.CLS))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(
                        "no tensor 'embeddings.word_embeddings.weight', which a roberta of 3 layers needs");
    }

    @Test
    void aFamilyWithoutAPoolerSaysWhatElseThereIs() {
        try (TinyWeights weights = new TinyWeights(1)) {
            TinyBert.embedding(weights, Sizes.TINY, 16, 32);
            TinyBert.layers(weights, Sizes.TINY);
            String config = SIZES.formatted("electra", ", \"embedding_size\": 16");
            assertThatThrownBy(() -> weights.open(config, Pooling.POOLER))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("the family electra has no pooler; pool its states by cls or mean");
            weights.open(config, Pooling.MEAN).close(); // as wide as its layers: no projection
        }
    }

    @Test
    void aMaskedLmHeadThatIsNotThereOrHasItsOwnWordsIsNamed() {
        try (TinyWeights weights = new TinyWeights(1)) {
            TinyBert.embedding(weights, Sizes.TINY, 16, 32);
            TinyBert.layers(weights, Sizes.TINY);
            String width = ", \"embedding_size\": 16";
            assertThatThrownBy(() -> weights.open(SIZES.formatted("electra", width), Pooling.MASK))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("no tensor 'generator_lm_head.bias', so no masked-LM head");
            String untied = width + ", \"tie_word_embeddings\": false";
            assertThatThrownBy(() -> weights.open(SIZES.formatted("electra", untied), Pooling.MASK))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("whose decoder is not the table of words");
            weights.open(SIZES.formatted("electra", untied), Pooling.MEAN).close();
        }
    }

    private static void open(String family, String keys, Pooling pooling) {
        try (TinyWeights weights = new TinyWeights(1)) {
            weights.norm("norm", 1)
                    .open(SIZES.formatted(family, ", " + keys), pooling)
                    .close();
        }
    }
}
