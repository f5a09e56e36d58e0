package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.Activation;

/**
 * What every gate does to what enters it: y = f(clip(a)), with ONNX's {@code clip}, which bounds the value that enters the activation
 * (bias and peephole included).
 */
record Gate(Activation f, double clip) {

    /** y = f(clip(a)). */
    double value(double a) {
        return Activations.value(f, Activations.clip(clip, a));
    }

    /** dy/da = f'(clip(a)) · [the clip did not bind], given y. */
    double derivative(double a, double y) {
        return Activations.clipDerivative(clip, a) * Activations.derivative(f, Activations.clip(clip, a), y);
    }

    /** Which smooth piece of the gate the value lies on; see {@link Activations#piece}. */
    byte piece(double a) {
        return (byte) (3 * Activations.clipPiece(clip, a) + Activations.piece(f, Activations.clip(clip, a)));
    }
}
