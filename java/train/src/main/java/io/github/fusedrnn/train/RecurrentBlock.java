package io.github.fusedrnn.train;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.List;
import java.util.function.Consumer;

/** A recurrent layer's weights with the caller's gradients. */
final class RecurrentBlock implements ParameterBlock {
    private final RecurrentLayer layer;
    private final Gradients gradients;
    private final List<Entry> entries;

    RecurrentBlock(RecurrentLayer layer, Gradients gradients) {
        var parameters = layer.weights().layout().parameters();
        Checks.argument(
                gradients.layout().parameters().equals(parameters),
                "gradients",
                gradients.names(),
                "those of this layer, from newGradients(): " + layer.weights().names());
        this.layer = layer;
        this.gradients = gradients;
        this.entries = parameters.stream()
                .map(spec -> new Entry(spec.name(), spec.shape(), spec.offset()))
                .toList();
    }

    @Override
    public BackendKind backend() {
        return layer.backend();
    }

    @Override
    public List<Entry> entries() {
        return entries;
    }

    @Override
    public FloatTensor gradients() {
        return gradients.all();
    }

    @Override
    public void update(Consumer<FloatTensor> change) {
        layer.weights().update(view -> change.accept(view.all()));
    }

    @Override
    public float[] read(Entry entry) {
        return layer.weights().get(entry.name());
    }

    @Override
    public void checkOpen() {
        if (layer.weights().isClosed()) {
            throw new IllegalStateException("the layer is closed");
        }
        if (gradients.all().isClosed()) {
            throw new IllegalStateException("gradients are closed");
        }
    }
}
