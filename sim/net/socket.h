// Opening, naming and closing what handles are for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_NET_SOCKET_H
#define TRIO_SIM_NET_SOCKET_H

#include "sim/net/net.h"

// As the members of `struct trio_net`.
TRIO_MUST_USE trio_status trio_sim_open_(void *context,
                                         enum trio_address_family family,
                                         enum trio_socket_type type,
                                         trio_handle *ret_handle);
TRIO_MUST_USE trio_status trio_sim_pair_(void *context,
                                         enum trio_socket_type type,
                                         trio_handle ret_handles[2]);
TRIO_MUST_USE trio_status trio_sim_open_pipe_(void *context,
                                              trio_handle ret_handles[2]);
TRIO_MUST_USE trio_status trio_sim_adopt_(void *context, trio_handle handle,
                                          enum trio_address_family *ret_family,
                                          enum trio_socket_type *ret_type);
TRIO_MUST_USE trio_status trio_sim_adopt_descriptor_(
    void *context, trio_handle handle, struct trio_descriptor *ret_descriptor);
void trio_sim_release_(void *context, trio_handle handle);
void trio_sim_close_(void *context, trio_handle handle, bool reset);
TRIO_MUST_USE trio_status trio_sim_local_address_(
    void *context, trio_handle handle, struct trio_address *ret_address);
TRIO_MUST_USE trio_status trio_sim_peer_address_(
    void *context, trio_handle handle, struct trio_address *ret_address);

#endif // TRIO_SIM_NET_SOCKET_H
