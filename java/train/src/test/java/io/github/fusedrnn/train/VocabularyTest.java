package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VocabularyTest {
    @Test
    void numbersSymbolsByFrequencyThenText() {
        Vocabulary words = Vocabulary.mostFrequent(List.of("b", "c", "a", "c", "<eos>", "b", "d"), 5, "<eos>", "<unk>");

        assertThat(words.symbols()).containsExactly("<eos>", "<unk>", "b", "c", "a");
        assertThat(words.encode("text", List.of("c", "<eos>", "a"))).containsExactly(3, 0, 4);
        assertThat(words.decode(3, 0)).containsExactly("c", "<eos>");
    }

    @Test
    void refusesUnknownSymbolsUnlessOneStandsForThem() {
        Vocabulary words = Vocabulary.of(List.of("a", "b", "?"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> words.encode("--prime", List.of("a", "zebra")))
                .withMessage("--prime: 'zebra' (expected: one of the 3 known symbols)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> words.number("é"))
                .withMessage("symbol: the character 'é' (U+00E9) (expected: one of the 3 known symbols)");
        assertThat(words.withUnknown("?").encode("text", List.of("zebra", "b"))).containsExactly(2, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> words.withUnknown("zebra"));
    }

    @Property
    void comesBackFromItsText(@ForAll @NotEmpty List<String> symbols) {
        Vocabulary vocabulary = Vocabulary.of(symbols);

        assertThat(Vocabulary.parse(vocabulary.toText()).symbols()).isEqualTo(vocabulary.symbols());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", ":a", "2:a", "-1:a", "1:a1:a", "1:a9", "99999999999:a"})
    void refusesATextOfSomethingElse(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Vocabulary.parse(text));
    }

    @Test
    void refusesNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> Vocabulary.of(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> Vocabulary.mostFrequent(List.of("a"), 1, "x", "y"));
    }
}
