package io.github.fusedrnn.spi;

/**
 * Marks a module that carries native libraries. {@code fusedrnn} uses and the natives modules provide it, so that the module system binds
 * them to an application, and jlink into an image, without {@code --add-modules}.
 */
public interface NativesModule {}
