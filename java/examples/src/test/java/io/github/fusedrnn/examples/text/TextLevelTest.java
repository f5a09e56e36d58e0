package io.github.fusedrnn.examples.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.train.Vocabulary;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextLevelTest {
    @Test
    void wordsEndTheirSentencesWithAMark() {
        assertThat(TextLevel.WORD.tokens(" to be\nor  not\n\n"))
                .containsExactly("to", "be", "<eos>", "or", "not", "<eos>", "<eos>");
        assertThat(TextLevel.WORD.tokens("to be")).containsExactly("to", "be");
        assertThat(TextLevel.WORD.text("be", false)).isEqualTo(" be");
        assertThat(TextLevel.WORD.text("<eos>", false)).isEqualTo("\n");
    }

    @Test
    void charactersStayWhole() {
        assertThat(TextLevel.CHAR.tokens("a😀\n")).containsExactly("a", "😀", "\n");
        assertThat(TextLevel.CHAR.text("b", true)).isEqualTo("b");
    }

    @Test
    void rareSymbolsAreUnknown() {
        List<String> tokens = TextLevel.WORD.tokens("a b a\nc b");
        Vocabulary words = TextLevel.WORD.vocabulary(tokens, 2);

        assertThat(words.symbols()).containsExactly("<eos>", "<unk>", "a", "b");
        assertThat(words.encode("text", List.of("c", "zebra", "a"))).containsExactly(1, 1, 2);
        assertThat(TextLevel.CHAR.vocabulary(List.of("b", "a", "b"), 1).symbols())
                .containsExactly("\n", "a", "b");
        assertThat(TextLevel.WORD.vocabulary(tokens, 1).symbols()).containsExactly("<eos>", "a", "b", "c");
    }
}
