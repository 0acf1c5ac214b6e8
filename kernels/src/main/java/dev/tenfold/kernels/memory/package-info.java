/** What the allocators of the host and of the devices have in common. */
package dev.tenfold.kernels.memory;
