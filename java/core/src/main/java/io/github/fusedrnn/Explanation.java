package io.github.fusedrnn;

import java.util.List;

/**
 * What runs a layer, and why.
 *
 * @param backend the backend
 * @param kernels instruction set and kernels, or cuDNN's algorithm, and the options chosen
 * @param threads threads of a plan
 * @param plans plans that exist and are idle now
 * @param packedBytes bytes of the packed weights in use
 * @param planBytes bytes of the idle plans and of training's idle reserves
 * @param determinism which promise of repeatable bits holds
 * @param notes why a faster backend was passed over, one sentence each
 */
public record Explanation(
        BackendKind backend,
        String kernels,
        int threads,
        int plans,
        long packedBytes,
        long planBytes,
        String determinism,
        List<String> notes) {
    /** Copies the notes. */
    public Explanation {
        notes = List.copyOf(notes);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("backend:      ").append(backend).append('\n');
        text.append("kernels:      ").append(kernels).append('\n');
        text.append("threads:      ").append(threads).append('\n');
        text.append("bytes held:   ").append(packedBytes).append(" packed weights, ");
        text.append(planBytes).append(" in ").append(plans).append(" idle plan(s)\n");
        text.append("determinism:  ").append(determinism);
        for (String note : notes) {
            text.append("\nnote:         ").append(note);
        }
        return text.toString();
    }
}
