/** What layers are made of: the registry of backends, weights and their packed copies, workspaces, the checks of a call, the tuning file. */
@NullMarked
package io.github.fusedrnn.internal.layer;

import org.jspecify.annotations.NullMarked;
