package io.github.fusedrnn.formats.onnx;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.internal.checks.Checks;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The attributes {@code activations}, {@code activation_alpha} and {@code activation_beta} of ONNX's recurrent operators. Alphas and betas
 * are used up in order, by the functions that take them; one that is left without has ONNX Runtime's default, which for ThresholdedRelu,
 * ScaledTanh and Affine is 0.
 */
public final class OnnxActivations {
    private final Iterator<Float> alphas;
    private final Iterator<Float> betas;
    private final Consumer<String> warnings;

    private OnnxActivations(List<Float> alphas, List<Float> betas, Consumer<String> warnings) {
        this.alphas = alphas.iterator();
        this.betas = betas.iterator();
        this.warnings = warnings;
    }

    /**
     * The functions of a node.
     *
     * @param cell the operator
     * @param directions 1 or 2
     * @param names functions of the first direction, then of the second; empty for the operator's defaults
     * @param alphas their alphas
     * @param betas their betas
     * @param warnings told of each default that other runtimes may not share
     * @return one for each direction and slot
     * @throws IllegalArgumentException if a name is no function of ONNX, or there are not enough or too many
     */
    public static List<Activation> of(
            CellKind cell,
            int directions,
            List<String> names,
            List<Float> alphas,
            List<Float> betas,
            Consumer<String> warnings) {
        int slots = directions * cell.activationSlots().size();
        if (!names.isEmpty() && names.size() != slots) {
            throw Checks.wrong(
                    "activations",
                    names.size() + " functions",
                    slots + ", " + directions + " direction(s) of " + cell.activationSlots());
        }
        OnnxActivations parameters = new OnnxActivations(alphas, betas, warnings);
        List<Activation> functions = new ArrayList<>();
        for (int i = 0; i < slots; i++) {
            boolean gate = cell != CellKind.RNN && i % cell.activationSlots().size() == 0;
            functions.add(parameters.function(names.isEmpty() ? gate ? "sigmoid" : "tanh" : names.get(i)));
        }
        if (parameters.alphas.hasNext() || parameters.betas.hasNext()) {
            warnings.accept("activation_alpha or activation_beta has more values than the functions take; ignored");
        }
        return functions;
    }

    private Activation function(String name) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "sigmoid" -> Activation.SIGMOID;
            case "tanh" -> Activation.TANH;
            case "relu" -> Activation.RELU;
            case "softsign" -> Activation.SOFTSIGN;
            case "softplus" -> Activation.SOFTPLUS;
            case "hardsigmoid" -> Activation.hardSigmoid(next(alphas, 0.2f), next(betas, 0.5f));
            case "elu" -> Activation.elu(next(alphas, 1));
            case "leakyrelu" -> Activation.leakyRelu(next(alphas, 0.01f));
            case "thresholdedrelu" -> Activation.thresholdedRelu(doubtful(alphas, name, "alpha"));
            case "scaledtanh" -> Activation.scaledTanh(doubtful(alphas, name, "alpha"), doubtful(betas, name, "beta"));
            case "affine" -> Activation.affine(doubtful(alphas, name, "alpha"), doubtful(betas, name, "beta"));
            default -> throw Checks.wrong("activations", "'" + name + "'", "a function of ONNX");
        };
    }

    private float doubtful(Iterator<Float> numbers, String function, String parameter) {
        if (!numbers.hasNext()) {
            warnings.accept(function + " without activation_" + parameter
                    + " (assumed: 0, as ONNX Runtime does; the specification is silent)");
        }
        return next(numbers, 0);
    }

    private static float next(Iterator<Float> numbers, float otherwise) {
        return numbers.hasNext() ? numbers.next() : otherwise;
    }
}
