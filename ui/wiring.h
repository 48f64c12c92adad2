// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace aspersor {

class ControlRoom;
class MainWindow;

/// Joins the window to the room, both ways, and gives it its first values. Both must outlive the event loop;
/// the window goes first. Target Aspersor::UiWiring.
void connectToRoom(MainWindow &window, ControlRoom &room);

} // namespace aspersor
