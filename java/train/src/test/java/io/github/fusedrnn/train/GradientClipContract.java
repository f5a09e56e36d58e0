package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.config.BackendKind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

abstract class GradientClipContract extends BackendContract {
    private Dense head;
    private Gradients gradients;
    private Parameters parameters;

    GradientClipContract(BackendKind backend) {
        super(backend);
    }

    private void draw() {
        Gru gru = closing(Gru.builder(3, 4).backend(backend).build());
        gradients = closing(gru.newGradients());
        head = closing(Dense.builder(4, 5).backend(backend).build());
        parameters = Parameters.builder()
                .add("gru", gru, gradients)
                .add("head", head)
                .build();
        gradients.all().copyFrom(Numbers.random(1, (int) gradients.all().size()));
        head.parameters().gradients().copyFrom(Numbers.random(2, 25));
    }

    private double[] all() {
        double[] first = Numbers.doubles(gradients.all().toArray());
        double[] second = Numbers.doubles(head.parameters().gradients().toArray());
        double[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
    }

    @Test
    void boundsEveryElementByValue() {
        draw();
        double[] expected =
                Arrays.stream(all()).map(v -> Math.min(Math.max(v, -0.5), 0.5)).toArray();
        GradientClip.byValue(parameters, 0.5f);
        assertThat(all()).isEqualTo(expected);
        assertThat(expected).contains(0.5, -0.5);
    }

    @Test
    void scalesAllBlocksByOneGlobalNorm() {
        draw();
        double[] before = all();
        double norm = norm(before);
        assertThat(GradientClip.byGlobalNorm(parameters, 1.5))
                .isCloseTo(norm, within(norm * Numbers.tolerance(before.length)));
        double[] expected = Arrays.stream(before).map(v -> v * 1.5 / norm).toArray();
        double[] actual = all();
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i])
                    .as("element %d", i)
                    .isCloseTo(expected[i], within(Math.abs(expected[i]) * Numbers.tolerance(before.length)));
        }
    }

    @Test
    void leavesASmallNormAlone() {
        draw();
        double[] before = all();
        assertThat(GradientClip.byGlobalNorm(parameters, 100)).isEqualTo(GradientClip.globalNorm(parameters));
        assertThat(all()).isEqualTo(before);
    }

    @Test
    void reportsANormThatIsNotFiniteAndScalesNothing() {
        draw();
        gradients.all().set(3, Float.POSITIVE_INFINITY);
        double[] before = all();
        assertThat(GradientClip.byGlobalNorm(parameters, 1)).isInfinite();
        assertThat(all()).isEqualTo(before);
        gradients.all().set(3, Float.NaN);
        assertThat(GradientClip.byGlobalNorm(parameters, 1)).isNaN();
        GradientClip.byValue(parameters, 1e-3f);
        assertThat(gradients.all().get(3)).isNaN();
    }

    @Test
    void refusesBoundsThatAreNotPositive() {
        draw();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GradientClip.byValue(parameters, 0))
                .withMessage("bound: 0.0 (expected: a number > 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GradientClip.byGlobalNorm(parameters, Double.NaN))
                .withMessage("maxNorm: NaN (expected: a number > 0)");
    }

    @Test
    void saysWhatIsClosed() {
        draw();
        gradients.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> GradientClip.byGlobalNorm(parameters, 1))
                .withMessage("parameters 'gru': gradients are closed");
    }

    @Test
    void zeroGradientsReachesEveryBlock() {
        draw();
        parameters.zeroGradients();
        assertThat(all()).containsOnly(0);
    }

    @Test
    void parametersRefuseNamesAndBlocksThatDoNotDo() {
        draw();
        assertThat(parameters.size()).isEqualTo(gradients.all().size() + 25);
        assertThat(parameters.blocks().keySet()).containsExactly("gru", "head");
        Parameters.Builder builder = Parameters.builder().add("head", head);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("head.1", head))
                .withMessageStartingWith("name: 'head.1' (expected: letters, digits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("optimizer", head))
                .withMessage("name: 'optimizer' (expected: not 'optimizer' or 'state', which files use)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("again", head))
                .withMessage("block 'again': shares its gradients with another block (expected: each block once)");
        Dense other = closing(Dense.builder(1, 1).backend(backend).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("head", other))
                .withMessage("name: 'head' (expected: a name not in [head])");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Parameters.builder().build())
                .withMessage("parameters: none (expected: at least one block)");
        Gru wider = closing(Gru.builder(3, 5).backend(backend).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParameterBlock.of(wider, gradients))
                .withMessageStartingWith("gradients: ");
    }
}
