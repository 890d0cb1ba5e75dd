package dev.graft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PT2 and PT4 of methods.md 15: what a template writes. */
class TemplateTest {
    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Tokenizer tokenizer;

    @BeforeEach
    void open() throws IOException {
        Path vocabulary = folder.resolve("vocab.txt");
        Files.writeString(vocabulary, "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nit\nis\ngood\nbad\n.\n?\nfilm\n##s\nthe\n");
        tokenizer = Tokenizer.open(vocabulary);
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void everyPartStandsThereOnceAndInOrder() {
        Encoding encoding =
                Template.parse("[P] [P] {text} [P] it is [MASK][P].").render("The films?", null, tokenizer, 30);
        assertThat(encoding.ids()).containsExactly(2, 0, 0, 13, 11, 12, 10, 0, 5, 6, 4, 0, 9, 3);
        assertThat(encoding.marks()).containsExactly(0, 1, 2, 0, 0, 0, 0, 3, 0, 0, -1, 4, 0, 0);
        assertThat(encoding.typeIds()).containsOnly(0).hasSize(14);
    }

    @Test
    void withoutPseudoTokensItIsTheSentence() {
        Encoding encoding = Template.parse("it is {text} .").render("the film", null, tokenizer, 30);
        assertThat(encoding.ids())
                .containsExactly(tokenizer.encode("it is the film .", null, 30).ids());
        assertThat(encoding.marks()).containsOnly(0);
    }

    @Test
    void theTextIsCutAndTheTemplateIsNot() {
        Template template = Template.parse("[P] {text} is [MASK] .");
        assertThat(template.render("the films is bad", null, tokenizer, 9).ids())
                .containsExactly(2, 0, 13, 11, 12, 6, 4, 9, 3);
        assertThatThrownBy(() -> template.render("the film", null, tokenizer, 6))
                .hasMessageContaining("max length must be >= 7 for the template and one token of text: 6");
    }

    @Test
    void ofAPairTheLongerTextIsCutFirst() {
        Template template = Template.parse("{text} ? {pair}");
        assertThat(template.render("good", "the film is bad .", tokenizer, 6).ids())
                .containsExactly(2, 7, 10, 13, 11, 3);
        assertThat(template.render("the film is bad .", "good", tokenizer, 6).ids())
                .containsExactly(2, 13, 11, 10, 7, 3);
        assertThat(template.render("the film is bad", "it is good .", tokenizer, 7)
                        .ids())
                .containsExactly(2, 13, 11, 10, 5, 6, 3);
        assertThatThrownBy(() -> template.render("good", null, tokenizer, 9)).hasMessageContaining("rows of two texts");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            it is [MASK]            | {text} once
            {text} {text}           | {text} once
            {text} [MASK] [MASK]    | at most once
            {text} {pair} {pair}    | at most once
            {txt} {text}            | {txt} in
            """)
    void whatIsNoTemplateIsRefused(String template, String reason) {
        assertThatThrownBy(() -> Template.parse(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }
}
