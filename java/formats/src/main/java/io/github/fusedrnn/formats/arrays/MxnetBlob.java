package io.github.fusedrnn.formats.arrays;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.formats.ImportReport;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.layout.CanonicalWeights;
import io.github.fusedrnn.formats.layout.Framework;
import io.github.fusedrnn.formats.layout.LayerLayout;
import io.github.fusedrnn.internal.checks.Checks;
import java.util.Arrays;

/**
 * The parameters of MXNet's fused RNN operator, one array: for each layer and direction the input weights and the recurrent weights, and
 * behind all of them, in the same order, the input bias and the recurrent bias of each.
 */
public final class MxnetBlob {
    private MxnetBlob() {}

    /**
     * A layer from a blob.
     *
     * @param config what the operator computes; a GRU with its reset after the product, with biases, without projection and peepholes
     * @param blob all parameters; not changed
     * @throws IllegalArgumentException if the operator has no such layer, or the blob has another size
     */
    public static LayerImport read(RecurrentConfig config, float[] blob) {
        LayerLayout layout = LayerLayout.of(Framework.MXNET, config.cell(), config.reset());
        if (!config.bias() || config.projectionSize() > 0 || config.peepholes()) {
            throw Checks.wrong("config", config, "with biases, without projection and peepholes");
        }
        int rows = Math.multiplyExact(config.gates(), config.hiddenSize());
        long weights = 0;
        for (int layer = 0; layer < config.layers(); layer++) {
            weights += (long) config.directions() * rows * ((long) config.inputSize(layer) + config.hiddenSize());
        }
        long all = weights + 2L * rows * config.stateLayers();
        if (blob.length != all) {
            throw Checks.wrong("blob", blob.length + " elements", all);
        }
        CanonicalWeights canonical = new CanonicalWeights(config, layout, 0);
        int at = 0;
        int bias = (int) weights;
        for (int layer = 0; layer < config.layers(); layer++) {
            for (int d = 0; d < config.directions(); d++) {
                int recurrent = at + rows * config.inputSize(layer);
                int end = recurrent + rows * config.hiddenSize();
                canonical.put(
                        layer,
                        d,
                        Arrays.copyOfRange(blob, at, recurrent),
                        Arrays.copyOfRange(blob, recurrent, end),
                        Arrays.copyOfRange(blob, bias, bias + 2 * rows),
                        null);
                at = end;
                bias += 2 * rows;
            }
        }
        ImportReport report = new ImportReport.Builder()
                .found("MXNet's fused " + config.cell() + ", C = " + config.inputSize() + ", H = " + config.hiddenSize()
                        + ", layers " + config.layers() + ", " + config.direction())
                .mapped("blob: " + weights + " weights, then " + (all - weights) + " biases -> canonical")
                .build();
        return new LayerImport("", config, canonical.toMap(), report);
    }
}
