package io.github.fusedrnn.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class VocabularyTest {
    @Test
    void numbersCharactersInOrder() {
        Vocabulary vocabulary = Vocabulary.of("banana\n");

        assertThat(vocabulary.size()).isEqualTo(4);
        assertThat(vocabulary.encode("text", "nab")).containsExactly(3, 1, 2);
        assertThat(vocabulary.character(0)).isEqualTo("\n");
    }

    @Test
    void keepsCharactersOutsideTheFirstPlaneWhole() {
        Vocabulary vocabulary = Vocabulary.of("a😀b");

        assertThat(vocabulary.size()).isEqualTo(3);
        assertThat(vocabulary.character(2)).isEqualTo("😀");
        assertThat(Vocabulary.of(vocabulary.toString()).encode("text", "😀")).containsExactly(2);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> Vocabulary.of("ab").encode("text", "abc"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("text: the character 'c' (U+0063) (expected: one of the 2 that the model knows)");
    }
}
