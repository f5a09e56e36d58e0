package io.github.fusedrnn.internal.door;

import org.jspecify.annotations.Nullable;

/** The doors that are open; each class opens its own when it is initialised. Thread-safe. */
public final class Doors {
    private static volatile @Nullable TensorDoor<?, ?> tensors;
    private static volatile @Nullable StateDoor<?, ?, ?> states;

    private Doors() {}

    /** For the tensor's class initialiser. */
    public static void open(TensorDoor<?, ?> door) {
        tensors = door;
    }

    /** For the state's class initialiser. */
    public static void open(StateDoor<?, ?, ?> door) {
        states = door;
    }

    /** The tensors' door; null before their class is initialised. */
    @SuppressWarnings("unchecked") // one class opens it, with its own types
    public static <T, S> @Nullable TensorDoor<T, S> tensors() {
        return (TensorDoor<T, S>) tensors;
    }

    /** The states' door; null before their class is initialised. */
    @SuppressWarnings("unchecked") // one class opens it, with its own types
    public static <R, S, C> @Nullable StateDoor<R, S, C> states() {
        return (StateDoor<R, S, C>) states;
    }
}
