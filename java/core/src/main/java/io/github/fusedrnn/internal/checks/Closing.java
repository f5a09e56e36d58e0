package io.github.fusedrnn.internal.checks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Closes several things, all of them even if one refuses; the first refusal is thrown in the end. */
public final class Closing {
    private Closing() {}

    public static void all(List<? extends AutoCloseable> things) {
        RuntimeException first = null;
        for (AutoCloseable thing : things) {
            try {
                thing.close();
            } catch (RuntimeException e) {
                first = add(first, e);
            } catch (Exception e) {
                first = add(first, new IllegalStateException(e));
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static RuntimeException add(@Nullable RuntimeException first, RuntimeException next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }
}
